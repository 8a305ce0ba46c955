//! Methods selected lately on interface values.
//!
//! A direct-mapped cache of the selections that need no walk and no copy: the dynamic value itself is the receiver, and only
//! FN and BM are charged. It saves the search of the type's method table; nothing observable depends on it.

use crate::value::{FuncIndex, NameIndex, TypeIndex, Types, copy::copies};
use regno_bytecode::types::{MethodReceiver, Repr};

const ENTRIES: usize = 256;

/// A method whose receiver is the dynamic value as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Direct {
    /// The function.
    pub func: FuncIndex,
    /// Representation of the dynamic type.
    pub repr: Repr,
}

/// The cache of a machine. Type 0 has no methods, so an empty entry never matches.
#[derive(Debug)]
pub(crate) struct Methods {
    entries: Vec<(TypeIndex, NameIndex, Direct)>,
}

impl Methods {
    /// An empty cache.
    pub(super) fn new() -> Methods {
        Methods { entries: vec![(0, 0, Direct { func: 0, repr: Repr::Raw }); ENTRIES] }
    }

    /// The method of a dynamic type, if its selection is that simple.
    #[inline]
    pub(super) fn find(&mut self, types: &Types, ty: TypeIndex, name: NameIndex) -> Option<Direct> {
        let at = (ty as usize ^ (name as usize).wrapping_mul(29)) % ENTRIES;
        let entry = self.entries.get_mut(at)?;
        if ty != 0 && (entry.0, entry.1) == (ty, name) {
            return Some(entry.2);
        }
        let direct = work_out(types, ty, name)?;
        *entry = (ty, name, direct);
        Some(direct)
    }
}

#[inline(never)]
fn work_out(types: &Types, ty: TypeIndex, name: NameIndex) -> Option<Direct> {
    if ty == 0 {
        return None;
    }
    let method = types.method(ty, name)?;
    let as_it_is = match method.receiver {
        MethodReceiver::Pointer => true,
        MethodReceiver::Value => !copies(types.get(method.receiver_type).repr),
        _ => false,
    };
    let func = method.func.filter(|_| as_it_is && method.path.is_empty())?;
    Some(Direct { func, repr: types.get(ty).repr })
}
