//! Lengths of time, as JSON has them that was made of Python's `timedelta`.

use serde_json::Value;

/// Seconds of a number, of a text of Python (`1 day, 0:05:00`), or of Django's JSON (`P1DT00H05M00S`).
pub(super) fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .parse()
            .ok()
            .or_else(|| iso(text))
            .or_else(|| python(text)),
        _ => None,
    }
}

fn iso(text: &str) -> Option<f64> {
    let (days, time) = text.strip_prefix('P')?.split_once('T')?;
    let days = match days {
        "" => 0.0,
        days => days.strip_suffix('D')?.parse::<f64>().ok()?,
    };
    let mut sum = days * 86_400.0;
    let mut rest = time;
    for (unit, length) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((amount, after)) = rest.split_once(unit) {
            sum += amount.parse::<f64>().ok()? * length;
            rest = after;
        }
    }
    rest.is_empty().then_some(sum)
}

fn python(text: &str) -> Option<f64> {
    let (days, time) = match text.split_once(", ") {
        Some((days, time)) => (days.split_once(" day")?.0.parse::<f64>().ok()?, time),
        None => (0.0, text),
    };
    let parts: Vec<f64> = time
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts.as_slice() else {
        return None;
    };
    Some(days * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lengths_of_time_are_read_in_each_form() {
        for (value, expected) in [
            (json!(300), Some(300.0)),
            (json!(0.5), Some(0.5)),
            (json!("300.0"), Some(300.0)),
            (json!("0:05:00"), Some(300.0)),
            (json!("1 day, 0:00:30"), Some(86_430.0)),
            (json!("30 days, 1:00:00.500000"), Some(2_595_600.5)),
            (json!("P0DT00H05M00S"), Some(300.0)),
            (json!("P1DT02H00M00.500000S"), Some(93_600.5)),
            (json!("soon"), None),
            (json!("P1D"), None),
            (json!(null), None),
            (json!([300]), None),
        ] {
            assert_eq!(seconds(&value), expected, "{value}");
        }
    }
}
