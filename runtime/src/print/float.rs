//! Floats with the fewest digits that read back as the same value.

/// Smallest decimal exponent written in exponent form.
const MAX_PLAIN: i32 = 6;
/// Smallest decimal exponent written plainly.
const MIN_PLAIN: i32 = -4;

/// Text of a float64.
pub fn format_f64(value: f64) -> String {
    format(value.is_nan(), value.is_infinite(), value.is_sign_negative(), &format!("{:e}", value.abs()))
}

/// Text of a float32: the digits that identify it among float32 values.
pub fn format_f32(value: f32) -> String {
    format(value.is_nan(), value.is_infinite(), value.is_sign_negative(), &format!("{:e}", value.abs()))
}

/// `scientific`: the shortest digits as `d[.ddd]e[-]x`.
fn format(nan: bool, infinite: bool, negative: bool, scientific: &str) -> String {
    if nan {
        return "NaN".to_owned();
    }
    if infinite {
        return if negative { "-Inf" } else { "+Inf" }.to_owned();
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    let sign = if negative { "-" } else { "" };
    if (MIN_PLAIN..MAX_PLAIN).contains(&exponent) {
        return format!("{sign}{}", plain(&digits, exponent));
    }
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{mantissa}e{exponent_sign}{:02}", exponent.unsigned_abs())
}

/// Digits with the first one worth 10^`exponent`.
fn plain(digits: &str, exponent: i32) -> String {
    let Ok(point) = usize::try_from(exponent + 1) else {
        return format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    };
    if point == 0 {
        return format!("0.{digits}");
    }
    if digits.len() <= point {
        return format!("{digits}{}", "0".repeat(point - digits.len()));
    }
    let (whole, fraction) = digits.split_at(point);
    format!("{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_have_the_specified_form() {
        let cases = [
            (123456.0, "123456"),
            (1e6, "1e+06"),
            (1234567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (9e-5, "9e-05"),
            (999999.5, "999999.5"),
            (0.0, "0"),
            (-0.0, "-0"),
            (2.5, "2.5"),
            (0.1, "0.1"),
            (0.02, "0.02"),
            (100.0, "100"),
            (-1.5e300, "-1.5e+300"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(format_f64(value), text);
        }
        assert_eq!(format_f32(0.1), "0.1");
        assert_eq!(format_f32(16_777_216.0), "1.6777216e+07");
    }
}
