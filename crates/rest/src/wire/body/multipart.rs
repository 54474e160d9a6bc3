//! `multipart/form-data` (RFC 7578) as leniently as Django reads it: a body that ends early, or
//! that knows another boundary, counts as far as it can be read (contract `drf.md`, section 9).

use actix_web::web::Bytes;

use super::charset::Charset;
use super::form::{Form, Part, Upload};
use super::media_type::parameters;

/// Longest boundary (RFC 2046, section 5.1.1, allows 70; Django reads more).
pub(super) const MAX_BOUNDARY: usize = 200;
/// Most parts of a body.
const MAX_PARTS: usize = 1000;

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooManyParts,
    /// More bytes of text than the limit.
    TooLarge,
}

/// Splits a body into its parts. Text may have `limit` bytes in all; files are not counted.
pub(super) fn parse(
    body: &Bytes,
    boundary: &[u8],
    charset: Charset,
    limit: usize,
) -> Result<Form, Fault> {
    let mut delimiter = b"--".to_vec();
    delimiter.extend_from_slice(boundary);
    let mut form = Form::default();
    let mut left = limit;
    // What stands before the first delimiter is read as well: under another boundary that is all.
    let mut next = Some(0);
    while let Some(start) = next {
        let rest = body.get(start..).unwrap_or_default();
        if start > 0 && rest.starts_with(b"--") {
            break;
        }
        let end = find(body, &delimiter, start);
        let part = body.slice(start..end.unwrap_or(body.len()));
        next = end.map(|at| at + delimiter.len());
        let Some((name, part)) = read(&part, charset) else {
            continue;
        };
        if form.parts.len() >= MAX_PARTS {
            return Err(Fault::TooManyParts);
        }
        if let Part::Text(text) = &part {
            let used = name.len() + text.len();
            left = left.checked_sub(used).ok_or(Fault::TooLarge)?;
        }
        form.parts.push((name, part));
    }
    Ok(form)
}

/// Where `needle` begins, at or after `from`.
fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = haystack.get(from..)?;
    Some(from + memchr::memmem::find(rest, needle)?)
}

/// One part: what stands between two delimiters.
fn read(part: &Bytes, charset: Charset) -> Option<(String, Part)> {
    let head_end = find(part, b"\r\n\r\n", 0)?;
    let head = part.get(..head_end)?;
    let mut content = part.slice(head_end + 4..);
    // The line end in front of a delimiter belongs to the delimiter.
    if let Some(shorter) = content.strip_suffix(b"\r\n") {
        content = content.slice(..shorter.len());
    }
    let disposition = header(head, "content-disposition")?;
    let (kind, parameters) = parameters(&disposition);
    if !kind.eq_ignore_ascii_case("form-data") {
        return None;
    }
    let get = |wanted: &str| {
        let mut named = parameters.iter().filter(|(name, _)| name == wanted);
        named.next().map(|(_, value)| value.as_str())
    };
    let name = get("name")?.trim().to_owned();
    match get("filename").filter(|name| !name.is_empty()) {
        None => Some((name, Part::Text(charset.decode_lossy(&content)))),
        Some(file) => {
            let file = sanitize(file)?;
            let bytes = content;
            Some((name, Part::File(Upload { name: file, bytes })))
        }
    }
}

/// The value of a header of a part; not UTF-8 is replaced.
fn header(head: &[u8], wanted: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
    let found = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.trim().to_owned())
}

/// The last part of a path, `/` and `\` alike, without characters that do not print.
fn sanitize(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name: String = last.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(body: &str, limit: usize) -> Result<Form, Fault> {
        let body = Bytes::copy_from_slice(body.replace('\n', "\r\n").as_bytes());
        parse(&body, b"b", Charset::Utf8, limit)
    }

    #[test]
    fn part_with_a_file_name_is_a_file_and_any_other_is_text() {
        let body = "preamble\n--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n2\n\
                    --b\nContent-Disposition: form-data; name=f; filename=\"..\\x/y.png\"\nContent-Type: image/png\n\nbytes\n\
                    --b\nContent-Disposition: form-data; name=\"e\"; filename=\"\"\n\ntext\n--b--\nepilogue";

        let form = read_all(body, 100).unwrap();

        assert_eq!(form.text("a"), Some("1\r\n2"));
        assert_eq!(form.text("e"), Some("text"));
        let Some(Part::File(file)) = form.get("f") else {
            panic!("no file")
        };
        assert_eq!(
            (file.name.as_str(), file.bytes.as_ref()),
            ("y.png", &b"bytes"[..])
        );
    }

    #[test]
    fn cut_off_multipart_body_keeps_its_readable_parts() {
        let cut = "--b\nContent-Disposition: form-data; name=\"a\"\n\nabc\n";
        let foreign = "--other\nContent-Disposition: form-data; name=\"a\"\n\nabc\n--other--\n";
        let headless = "--b\nContent-Disposition: form-data\n\nabc\n--b\nnothing\n--b--";

        assert_eq!(read_all(cut, 100).unwrap().text("a"), Some("abc"));
        let foreign = read_all(foreign, 100).unwrap();
        assert_eq!(foreign.text("a"), Some("abc\r\n--other--"));
        assert!(read_all(headless, 100).unwrap().parts.is_empty());
    }

    #[test]
    fn text_and_parts_are_bounded_and_files_are_not() {
        let part = "--b\nContent-Disposition: form-data; name=\"a\"\n\nabcdef\n";
        let file = "--b\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\n\nabcdef\n";

        assert_eq!(read_all(part, 6).unwrap_err(), Fault::TooLarge);
        assert!(read_all(file, 6).is_ok());
        let many = part.repeat(1001);
        assert_eq!(read_all(&many, 1_000_000).unwrap_err(), Fault::TooManyParts);
    }

    #[test]
    fn the_last_of_repeated_fields_counts_and_files_stand_after_text() {
        let body = "--b\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\n\n1\n\
                    --b\nContent-Disposition: form-data; name=\"a\"\n\n2\n--b--";

        let form = read_all(body, 100).unwrap();

        assert!(matches!(form.get("a"), Some(Part::File(_))));
    }
}
