//! Small realms as filetests, with what they import: each compares itself with its directives.

use regno_conformance::execute::Settings;
use regno_conformance::packages::PackageFolders;
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_conformance::verdict;
use regno_frontend::package::{PackageFile, PackageSource, Packages};
use std::rc::Rc;

/// The built-in library and some packages.
struct With<'p>(PackageFolders, &'p [(&'p str, &'p str)]);

impl Packages for With<'_> {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        let Some(&(_, text)) = self.1.iter().find(|(known, _)| *known == path) else { return self.0.package(path) };
        let file = PackageFile { name: "lib.gno".to_owned(), text: text.as_bytes().to_vec().into(), overlay: false };
        let (path, files) = (path.to_owned(), vec![file]);
        Some(Rc::new(PackageSource { path, files, library: false, private: false, draft: false }))
    }
}

fn passes(packages: &[(&str, &str)], text: &str) {
    let found = mismatches(packages, text);
    assert!(found.is_empty(), "{found:?}");
}

fn mismatches(packages: &[(&str, &str)], text: &str) -> Vec<String> {
    let folders = PackageFolders::new(None, &[], true).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let (store, packages) = (SourceStore::default(), With(folders, packages));
    let mut session = Session::new(&store, &packages);
    verdict::run_checked(&mut session, "main.gno", text.as_bytes(), Settings::default()).mismatch
}

/// The type of the struct is not known where it is loaded first, and one with an interface would do.
#[test]
fn a_struct_is_loaded_through_a_pointer_to_its_field() {
    let keeper = r#"package keeper

type Any struct{ v any }

var kept any

func Keep(cur realm, v any) { kept = v }

func Count(cur realm) int {
	p := kept.(*int)
	*p += 1
	return *p
}
"#;
    passes(
        &[("gno.land/r/test/keeper", keeper)],
        r#"// PKGPATH: gno.land/r/test/counter
package counter

import "gno.land/r/test/keeper"

type Either struct{ v any }

type Counter struct{ n int }

var counter *Counter

func init() {
	c := &Counter{-100}
	keeper.Keep(cross, &c.n)
	counter = c
}

func main(cur realm) {
	println(keeper.Count(cross))
	println(counter.n)
}

// Output:
// -99
// -99
"#,
    );
}

/// Elements that are not loaded are moved into new arrays.
#[test]
fn pointers_are_copied_before_they_are_loaded() {
    passes(
        &[],
        r#"// PKGPATH: gno.land/r/test/moves
package moves

type T struct{ n int }

var all = []*T{{1}, {2}, {3}, {4}}

func main(cur realm) {
	grown := append(all, &T{5})
	println(all[0] == grown[0], grown[0].n)
	copied := make([]*T, 2)
	copy(copied, all[1:])
	println(all[1] == copied[0], copied[0].n)
	spread := append([]any{}, any(all[2]))
	spread = append(spread, any(all[3]))
	println(spread[1] == any(all[3]))
}

// Output:
// true 1
// true 2
// true
"#,
    );
}

#[test]
fn methods_of_an_address_are_called_through_a_pointer() {
    passes(
        &[],
        r#"package main

type T struct{ a *address }

func main() {
	a := address("g1someone")
	t := T{&a}
	println(t.a.String(), t.a.IsValid())
	f := t.a.String
	a = "g1other"
	println(f(), t.a.String())
}

// Output:
// g1someone false
// g1someone g1other
"#,
    );
}

#[test]
fn events_and_stack_traces_are_compared() {
    let text = r#"// PKGPATH: gno.land/r/test/events
package events

import "chain"

func main(cur realm) {
	chain.Emit("Made", "of", "<wood>")
	func(n int, _ string) (string, error) { panic("end") }(1, "")
}

// Error:
// end

// Events:
// [
//   {
//     "type": "Made",
//     "attrs": [
//       {
//         "key": "of",
//         "value": "\u003cwood\u003e"
//       }
//     ],
//     "pkg_path": "gno.land/r/test/events"
//   }
// ]

// Stacktrace:
// panic: end
// func(n (const-type int), .arg_1 (const-type string)) .res.0 (const-type string), .res.1 (const-type .uverse.error){ ... }(1,)
//     gno.land/r/test/events/main.gno:8
// main<VPBlock(1,0)>(struct{( .uverse.address),("gno.land/r/test/events" string),(nil .uverse..grealm)})
//     gno.land/r/test/events/main.gno:8
"#;
    passes(&[], text);
    let wrong = text.replace("gno:8\n// main", "gno:9\n// main");
    assert_eq!(mismatches(&[], &text.replace("\"<wood>\"", "\"<stone>\"")), ["Events"]);
    assert_eq!(mismatches(&[], &wrong), ["Stacktrace"]);
}

/// An assignment loads the array of the slice; looking at it does not.
#[test]
fn variables_hold_slices_that_are_loaded() {
    passes(
        &[],
        r#"// PKGPATH: gno.land/r/test/slices
package slices

type T struct{ first, second, third []int }

var t = &T{[]int{1}, []int{2}, []int{3}}

func main(cur realm) {
	first := t.first
	println(first)
	var second any
	second = t.second
	println(second, t.second)
	println(len(t.third), t.third)
}

// Output:
// slice[(1 int)]
// slice[(2 int)] slice[(2 int)]
// 1 slice[ref(5bd9c124454140daa408f1eb1b6163acfa42b185:8)]
"#,
    );
}

/// Two packages write the same type, the realm that keeps the values does not: each value is stored with the package that made it, and
/// goes on with it after it was loaded.
#[test]
fn values_keep_the_package_that_wrote_their_type() {
    let early = "package early\n\nfunc Nothing() any { return struct{}{} }";
    let maker = r#"package maker

func Nothing() any { return struct{}{} }

func Names() any { return map[string]struct{ n int }{"a": {1}} }"#;
    passes(
        &[("gno.land/p/test/early", early), ("gno.land/p/test/maker", maker)],
        r#"// PKGPATH: gno.land/r/test/written
package written

import (
	"gno.land/p/test/early"
	"gno.land/p/test/maker"
)

var kept = []any{early.Nothing(), maker.Nothing()}

func main(cur realm) {
	kept[0], kept[1] = kept[1], maker.Names()
}

// Realm:
// finalizerealm["gno.land/r/test/written"]
// c[d1bb45c93f3f14df37fd7829a9737e260b727c79:10](215)={
//     "Fields": [
//         {
//             "N": "AQAAAAAAAAA=",
//             "T": {
//                 "@type": "/gno.PrimitiveType",
//                 "value": "32"
//             }
//         }
//     ],
//     "ObjectInfo": {
//         "ID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:10",
//         "LastObjectSize": "215",
//         "ModTime": "0",
//         "OwnerID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:9",
//         "RefCount": "1"
//     }
// }
// c[d1bb45c93f3f14df37fd7829a9737e260b727c79:9](436)={
//     "List": {
//         "List": [
//             {
//                 "Key": {
//                     "T": {
//                         "@type": "/gno.PrimitiveType",
//                         "value": "16"
//                     },
//                     "V": {
//                         "@type": "/gno.StringValue",
//                         "value": "a"
//                     }
//                 },
//                 "Value": {
//                     "T": {
//                         "@type": "/gno.StructType",
//                         "Fields": [
//                             {
//                                 "Embedded": false,
//                                 "Name": "n",
//                                 "Tag": "",
//                                 "Type": {
//                                     "@type": "/gno.PrimitiveType",
//                                     "value": "32"
//                                 }
//                             }
//                         ],
//                         "PkgPath": "gno.land/p/test/maker"
//                     },
//                     "V": {
//                         "@type": "/gno.RefValue",
//                         "Hash": "9304c1378ef57135a669dcb5bd4391d9ccb68d7c",
//                         "ObjectID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:10"
//                     }
//                 }
//             }
//         ]
//     },
//     "ObjectInfo": {
//         "ID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:9",
//         "LastObjectSize": "436",
//         "ModTime": "0",
//         "OwnerID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:4",
//         "RefCount": "1"
//     }
// }
// c[d1bb45c93f3f14df37fd7829a9737e260b727c79:11](177)={
//     "Fields": [],
//     "ObjectInfo": {
//         "ID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:11",
//         "LastObjectSize": "177",
//         "ModTime": "0",
//         "OwnerID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:4",
//         "RefCount": "1"
//     }
// }
// u[d1bb45c93f3f14df37fd7829a9737e260b727c79:4](81)=
//     @@ -1,18 +1,6 @@
//      {
//          "Data": null,
//          "List": [
//     -        {
//     -            "T": {
//     -                "@type": "/gno.StructType",
//     -                "Fields": null,
//     -                "PkgPath": "gno.land/p/test/early"
//     -            },
//     -            "V": {
//     -                "@type": "/gno.RefValue",
//     -                "Hash": "d0d049df91be7a5070e026d750c0d129103bd4b5",
//     -                "ObjectID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:5"
//     -            }
//     -        },
//              {
//                  "T": {
//                      "@type": "/gno.StructType",
//     @@ -21,15 +9,44 @@
//                  },
//                  "V": {
//                      "@type": "/gno.RefValue",
//     -                "Hash": "a02e3e18a5d5c34f548445c6171891bb20ab8d61",
//     -                "ObjectID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:6"
//     +                "Hash": "287934f3a6390c6f805632fa9a1358ce68dd6e89",
//     +                "ObjectID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:11"
//     +            }
//     +        },
//     +        {
//     +            "T": {
//     +                "@type": "/gno.MapType",
//     +                "Key": {
//     +                    "@type": "/gno.PrimitiveType",
//     +                    "value": "16"
//     +                },
//     +                "Value": {
//     +                    "@type": "/gno.StructType",
//     +                    "Fields": [
//     +                        {
//     +                            "Embedded": false,
//     +                            "Name": "n",
//     +                            "Tag": "",
//     +                            "Type": {
//     +                                "@type": "/gno.PrimitiveType",
//     +                                "value": "32"
//     +                            }
//     +                        }
//     +                    ],
//     +                    "PkgPath": "gno.land/p/test/maker"
//     +                }
//     +            },
//     +            "V": {
//     +                "@type": "/gno.RefValue",
//     +                "Hash": "5b3f1e2e4e670f1fc01245f605c637de8835f7be",
//     +                "ObjectID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:9"
//                  }
//              }
//          ],
//          "ObjectInfo": {
//              "ID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:4",
//              "LastObjectSize": "499",
//     -        "ModTime": "0",
//     +        "ModTime": "8",
//              "OwnerID": "d1bb45c93f3f14df37fd7829a9737e260b727c79:3",
//              "RefCount": "1"
//          }
// d[d1bb45c93f3f14df37fd7829a9737e260b727c79:6](-176)
// d[d1bb45c93f3f14df37fd7829a9737e260b727c79:5](-176)
"#,
    );
}
