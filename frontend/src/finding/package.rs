//! Findings about imports, module files and conventions (spec/05 §12).

use super::arg::{List, Path, Words};
use super::table::findings;

findings! {
    /// What is wrong with a package as a whole, and with its place among others.
    pub enum PackageError;

    "I001" "The imported package does not exist. Packages are found in the standard library, below the folders of \
         --packages, and in the package's own folder." {
        UnknownImport { path: Path } "unknown import path {path:#}"
    }

    "I002" "The package cannot be imported from here: pure packages import no realms, and internal packages are for \
         their neighbours." {
        LibraryInternal "cannot import stdlib internal/ package outside of standard library"
        Internal "internal/ packages can only be imported by packages rooted at the parent of \"internal\""
        PureImportsRealm { importer: Path, path: Path }
            "pure package path {importer:#} cannot import realm path {path:#}"
    }

    "I003" "The imported package has errors of its own, or imports itself through others." {
        ImportCycle { path: Path, through: List } "import cycle detected: {path:#} (through [{through}])"
        BrokenImport { finding: Words } "{finding}"
    }

    "L001" "A realm is shown to people by its function Render, which takes a path and returns Markdown: func \
         Render(path string) string." {
        RenderSignature
            "invalid signature for the realm's Render function; must be of the form: func Render(string) string"
    }

    "M001" "The module file gnomod.toml is missing, malformed, or names a module or version that cannot be used." {
        ModuleSyntax { reason: Words } "error parsing gnomod.toml file at \"gnomod.toml\": {reason}"
        NoModule "invalid gnomod.toml: 'module' is required"
        ModulePath { path: Path, reason: Words } "invalid gnomod.toml: malformed import path {path:#}: {reason}"
        GnoVersion { gno: Words, module: Path } "unsupported gno version {gno} in package {module}"
    }
}
