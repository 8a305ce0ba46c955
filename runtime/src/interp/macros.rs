//! Building blocks of handlers. Soundness: see the module documentation of `interp`.

/// Runs the instruction `$n` words further, as the handler's continuation `N` says.
macro_rules! next {
    ($cx:expr, $ip:expr, $regs:expr, $allowance:expr, $table:expr, $n:expr) => {
        N::go($cx, $ip.add($n), $regs, $allowance, $table)
    };
}

/// Enters the segment at `$target`: charges it and runs its first instruction.
macro_rules! enter {
    ($cx:expr, $target:expr, $regs:expr, $allowance:expr, $table:expr) => {{
        let target = $target;
        let left = $crate::allowance::less($allowance, *target);
        if $crate::allowance::is_exceeded(left) {
            return $crate::interp::drive::enter_beyond($cx, target, $regs, $allowance, $table, *target);
        }
        <$crate::interp::Dispatch as $crate::interp::Next>::go($cx, target.add(1), $regs, left, $table)
    }};
}

/// Register `a`, `b` or `c` of the word.
macro_rules! reg {
    ($regs:expr, $word:expr, a) => {
        *$regs.add(($word >> 16) as u16 as usize)
    };
    ($regs:expr, $word:expr, b) => {
        *$regs.add(($word >> 32) as u16 as usize)
    };
    ($regs:expr, $word:expr, c) => {
        *$regs.add(($word >> 48) as usize)
    };
}

/// Register `a` or `c`, its number read from the code: for operands that are needed last, so that the word need not stay in
/// a machine register until then.
macro_rules! late {
    ($regs:expr, $ip:expr, a) => {
        *$regs.add(*$ip.cast::<u16>().add(1) as usize)
    };
    ($regs:expr, $ip:expr, c) => {
        *$regs.add(*$ip.cast::<u16>().add(3) as usize)
    };
}

/// The entry of a table of the context that the extension word names.
macro_rules! named {
    ($cx:expr, $ip:expr, $($table:ident).+) => {{
        let table = &(*$cx).$($table).+;
        *table.get_unchecked(*$ip.add(1) as u32 as usize)
    }};
}

/// Sign-extended immediate in field `b` or `c`.
macro_rules! imm {
    ($word:expr, b) => {
        i64::from(($word >> 32) as i16)
    };
    ($word:expr, c) => {
        ($word as i64) >> 48
    };
}

/// A handler with all its parameters named. What runs after it is a parameter too: the next word's handler, or inside a fused
/// instruction the handler of its next part.
macro_rules! handler {
    ($($name:ident($cx:ident, $ip:ident, $regs:ident, $allowance:ident, $table:ident, $word:ident) $body:block)*) => {
        $(handler! { inline(always) $name($cx, $ip, $regs, $allowance, $table, $word) $body })*
    };
    (inline($inline:ident) $name:ident($cx:ident, $ip:ident, $regs:ident, $allowance:ident, $table:ident, $word:ident) $body:block) => {
        #[inline($inline)]
        pub(in crate::interp) unsafe extern "C" fn $name<N: $crate::interp::Next>(
            $cx: *mut $crate::interp::Cx,
            $ip: *const u64,
            $regs: *mut u64,
            $allowance: i64,
            $table: *const $crate::interp::Handler,
            $word: u64,
        ) $body
    };
}

/// Handlers that give a value and cannot fail: `Name(b, c) => value;`, operands as `reg` (default), `imm` or `num`.
macro_rules! pure {
    ($($name:ident($b:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let $b = reg!(regs, word, b);
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
    ($($name:ident($b:ident, $c:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($b, $c) = (reg!(regs, word, b), reg!(regs, word, c));
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
    ($($name:ident($b:ident, imm $c:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($b, $c) = (reg!(regs, word, b), imm!(word, c));
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
    ($($name:ident($b:ident, num $c:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($b, $c) = (reg!(regs, word, b), (word >> 48) as u32);
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
}

/// Handlers that read the heap, give a value and cannot fail.
macro_rules! reading {
    ($($name:ident($heap:ident, $b:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let $b = reg!(regs, word, b);
            let $heap = &(*cx).heap;
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
    ($($name:ident($heap:ident, $b:ident, $c:ident) => $value:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($b, $c) = (reg!(regs, word, b), reg!(regs, word, c));
            let $heap = &(*cx).heap;
            reg!(regs, word, a) = $value;
            next!(cx, ip, regs, allowance, table, 1)
        } })*
    };
}

/// Leaves for a collection if one is due. Before an operation has begun every reference is in a root, and the operation
/// starts again afterwards.
macro_rules! safe_point {
    ($cx:expr, $ip:expr, $regs:expr, $allowance:expr, $table:expr, $word:expr) => {
        if (*$cx).heap.collection_due() {
            return $crate::interp::drive::leave_collect($cx, $ip, $regs, $allowance, $table, $word);
        }
    };
}

/// As `slow!`, for bodies that neither charge nor allocate: only a failure saves the interpreter's registers.
macro_rules! light {
    ($($name:ident($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block)*) => {
        $(uncharged! { inline(always) $name of $name, no_safe_point; ($cx, $regs, $word, $ext) $body })*
    };
}

/// As `light!`, for bodies that allocate: a safe point for collections comes first.
macro_rules! making {
    ($($name:ident($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block)*) => {
        $(uncharged! { inline(always) $name of $name, safe_point; ($cx, $regs, $word, $ext) $body })*
    };
    // For what the operation's handler does not do at once; out of line, so that that one needs no stack frame.
    ($($name:ident of $op:ident($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block)*) => {
        $(uncharged! { inline(never) $name of $op, safe_point; ($cx, $regs, $word, $ext) $body })*
    };
}

macro_rules! no_safe_point {
    ($($argument:expr),*) => {};
}

macro_rules! uncharged {
    (inline($inline:ident) $name:ident of $op:ident, $point:ident; ($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block) => {
        handler! { inline($inline) $name(context, ip, regs, allowance, table, word) {
            #[inline]
            #[allow(unused_variables)]
            unsafe fn body(
                $cx: &mut $crate::interp::Cx,
                $regs: $crate::interp::Window,
                $word: u64,
                $ext: u64,
            ) -> Result<(), $crate::heap::Trap> $body
            $point!(context, ip, regs, allowance, table, word);
            const WORDS: usize = regno_bytecode::op::Op::$op.words();
            let ext = if WORDS == 2 { *ip.add(1) } else { 0 };
            match body(&mut *context, $crate::interp::Window(regs), word, ext) {
                Ok(()) => next!(context, ip, regs, allowance, table, WORDS),
                Err(trap) => {
                    (*context).save(ip, regs, allowance);
                    (*context).fail(trap);
                }
            }
        } }
    };
}

/// Handlers whose body is a function of the context, the word and its extension, giving `Result<(), Trap>`. They save the
/// interpreter's registers first, so the body may charge; a safe point for collections comes before everything.
macro_rules! slow {
    ($($name:ident($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block)*) => {
        $(slow! { inline(always) $name of $name($cx, $regs, $word, $ext) $body })*
    };
    // As for `making!`.
    ($($name:ident of $op:ident($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block)*) => {
        $(slow! { inline(never) $name of $op($cx, $regs, $word, $ext) $body })*
    };
    (inline($inline:ident) $name:ident of $op:ident($cx:ident, $regs:ident, $word:ident, $ext:ident) $body:block) => {
        handler! { inline($inline) $name(context, ip, regs, allowance, table, word) {
            #[inline(never)]
            #[allow(unused_variables)]
            unsafe fn body(
                $cx: &mut $crate::interp::Cx,
                $regs: $crate::interp::Window,
                $word: u64,
                $ext: u64,
            ) -> Result<(), $crate::heap::Trap> $body
            safe_point!(context, ip, regs, allowance, table, word);
            const WORDS: usize = regno_bytecode::op::Op::$op.words();
            let cx = &mut *context;
            cx.save(ip, regs, allowance);
            let ext = if WORDS == 2 { *ip.add(1) } else { 0 };
            match body(cx, $crate::interp::Window(regs), word, ext) {
                Ok(()) => {
                    let (allowance, table) = (cx.allowance(), $crate::interp::drive::table_after(cx, table));
                    next!(context, ip, regs, allowance, table, WORDS)
                }
                Err(trap) => cx.fail(trap),
            }
        } }
    };
}

/// Keeps the compiler from merging the tails of a branch handler's two arms: with one tail, the next instruction's address
/// is a select on register data, and every iteration waits for it (`docs/performance.md`).
macro_rules! separate {
    () => {
        #[cfg(not(miri))]
        core::arch::asm!("", options(nomem, nostack, preserves_flags));
    };
}

/// Compare-and-branch handlers with a 16-bit offset.
macro_rules! branch {
    ($($name:ident($a:ident, $b:ident) => $condition:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($a, $b) = (reg!(regs, word, a), reg!(regs, word, b));
            if $condition {
                separate!();
                enter!(cx, ip.offset(1 + imm!(word, c) as isize), regs, allowance, table)
            } else {
                enter!(cx, ip.add(1), regs, allowance, table)
            }
        } })*
    };
    ($($name:ident($a:ident, imm $b:ident) => $condition:expr;)*) => {
        $(handler! { $name(cx, ip, regs, allowance, table, word) {
            let ($a, $b) = (reg!(regs, word, a), imm!(word, b));
            if $condition {
                separate!();
                enter!(cx, ip.offset(1 + imm!(word, c) as isize), regs, allowance, table)
            } else {
                enter!(cx, ip.add(1), regs, allowance, table)
            }
        } })*
    };
}
