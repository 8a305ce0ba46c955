//! Findings of lexer and parser (spec/01 §A.1).

use super::arg::{Construct, Count, Words};
use super::table::findings;

findings! {
    /// What is wrong with the form of a file.
    pub enum SyntaxError;

    "S001" "The file is larger than a source file may be. Split the package into several files, or move large data out \
         of the source." {
        SourceTooLarge { limit: Count } "source file is larger than {limit} bytes"
    }

    "S002" "A byte or character that cannot occur outside of strings and comments. Typographic quotes pasted from a \
         text, a byte order mark in the middle of the file and invalid UTF-8 are the usual reasons." {
        IllegalCharacter { character: Construct } "illegal character {character}"
        CurlyQuote { character: Construct } "curly quotation mark {character} (use neutral '\"')"
        IllegalEncoding "illegal UTF-8 encoding"
        IllegalByteOrderMark "illegal byte order mark"
    }

    "S003" "A malformed number: no digits after a prefix or exponent, a digit that is too large for the base, or an \
         underscore that does not separate two digits." {
        RadixPoint { literal: Construct } "invalid radix point in {literal}"
        NoDigits { literal: Construct } "{literal} has no digits"
        NoHexExponent "hexadecimal mantissa requires a 'p' exponent"
        InvalidDigit { digit: Construct, literal: Construct } "invalid digit {digit} in {literal}"
        ExponentMantissa { letter: Construct, mantissa: Words } "{letter} exponent requires {mantissa} mantissa"
        EmptyExponent "exponent has no digits"
        Separator "'_' must separate successive digits"
    }

    "S004" "A malformed character or string: the closing quote is missing on the line, an escape sequence does not \
         exist, or a character literal holds none or several characters." {
        Unterminated { literal: Construct } "{literal} literal not terminated"
        IllegalRune "illegal rune literal"
        UnknownEscape "unknown escape sequence"
        UnterminatedEscape "escape sequence not terminated"
        EscapeCharacter { character: Construct } "illegal character {character} in escape sequence"
        EscapeCodePoint "escape sequence is invalid Unicode code point"
    }

    "S005" "A comment that starts with /* and has no */ after it." {
        UnterminatedComment "comment not terminated"
    }

    "S006" "Another token was required here. The real mistake is often a missing bracket or keyword just before." {
        ExpectedToken { expected: Construct, found: Construct } "expected {expected}, found {found}"
        ExpectedChan "expected 'chan'"
    }

    "S007" "A whole construct was required here: an expression, a type, a statement or a declaration. At the top level \
         only import, const, type, var and func can stand." {
        ExpectedConstruct { expected: Construct, found: Construct } "expected {expected}, found {found}"
        ExpectedExpressions { expected: Words } "expected {expected}"
        ExpectedTypeArguments "expected type argument list"
        ExpectedChannelType "expected channel type"
        ImportPathNotString "import path must be a string"
        MissingImportPath "missing import path"
        MissingSliceIndex { index: Words } "{index} index required in 3-index slice"
    }

    "S008" "The elements of a list are separated by commas, and if the closing bracket stands on a line of its own, \
         the last element needs one as well." {
        MissingComma { before: Words, list: Construct } "missing ','{before} in {list}"
    }

    "S009" "A construct that exists in the language but may not stand here, such as a label before something that is \
         no statement, or the call of go or defer in parentheses." {
        BlankPackageName "invalid package name _"
        LateImport "imports must appear before other declarations"
        TypeParameters { of: Construct } "{of} must have no type parameters"
        SemicolonBeforeBody "unexpected semicolon or newline before {{"
        UnexpectedComma "unexpected comma; expecting ]"
        ParenthesizedType { place: Words } "cannot parenthesize {place}"
        IllegalLabel "illegal label declaration"
        ParenthesizedCall { keyword: Construct } "expression in {keyword} must not be parenthesized"
        NotACall { keyword: Construct } "expression in {keyword} must be function call"
    }

    "S010" "The parameters of a function are either all named or all unnamed, and every named one has a type to its \
         right." {
        EmptyTypeParameters "empty type parameter list"
        MissingParameterType "missing parameter type"
        MissingParameterName "missing parameter name"
        MissingConstraint "missing type constraint"
        MissingTypeParameterName { hint: Words } "missing type parameter name{hint}"
    }

    "S011" "The header of if, for or switch is malformed. Frequent reasons: = in place of ==, an opening brace on the \
         next line, or a composite literal without parentheses." {
        HeaderStatement { expected: Construct }
            "expected {expected}, found simple statement (missing parentheses around composite literal?)"
        HeaderAssignment { expected: Construct }
            "expected {expected}, found assignment (missing parentheses around composite literal?)"
        MissingCondition "missing condition in if statement"
        VarInHeader "var declaration not allowed in if initializer"
        HeaderNewline "unexpected newline, expecting {{ after if clause"
        ExpectedCondition { expected: Construct, found: Construct } "expected {expected}, found {found}"
        RangeVariables "expected at most 2 expressions"
        AssignInTypeSwitch "expected ':=', found '='"
        TypeSwitchName "expected 'IDENT' on left side of type switch"
    }

    "S012" "The source is nested deeper than the parser goes. Generated code may need intermediate variables or \
         functions." {
        TooDeep "exceeded max nesting depth"
    }
}

impl SyntaxError {
    /// Whether the lexer finds it, alone from characters.
    #[must_use]
    pub fn is_lexical(&self) -> bool {
        matches!(self.code(), "S002" | "S003" | "S004" | "S005")
    }
}
