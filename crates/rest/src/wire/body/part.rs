//! One part of a multipart body: what its head says, and its content.

use actix_web::web::Bytes;

use super::charset::Charset;
use super::form::{Part, Upload};
use super::media_type::parameters;
use super::multipart::Fault;
use super::names;
use super::transfer::Transfer;

/// Largest head of a part, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// The field that stands between two delimiters, `None` where there is no named field. Text is of `charset`, unless the part names
/// its own.
///
/// # Errors
/// Something was sent, and cannot be taken.
pub(super) fn read(part: &Bytes, charset: Charset) -> Result<Option<(String, Part)>, Fault> {
    let Some((head, start)) = head(part)? else {
        return Ok(None);
    };
    let head = Head::read(head);
    let Some(name) = head.name else {
        return Ok(None);
    };
    let content = without_line_end(&part.slice(start..));
    let decoded = head.transfer.decode(&content);
    let Some(file) = head.file else {
        let charset = match head.charset {
            None => charset,
            Some(name) => Charset::named(Some(&name)).map_err(|()| Fault::UnknownCharset)?,
        };
        // Text that only says to be encoded is text.
        let text = charset.decode_lossy(&decoded.unwrap_or(content));
        return Ok(Some((name, Part::Text(text))));
    };
    let upload = Upload {
        name: names::of_file(&file).ok_or(Fault::NamelessFile)?,
        bytes: decoded.ok_or(Fault::BadBase64)?,
    };
    Ok(Some((name, Part::File(upload))))
}

/// The head of a part, and where its content begins. Some clients end lines without CR.
fn head(part: &[u8]) -> Result<Option<(&[u8], usize)>, Fault> {
    let window = part.get(..MAX_HEAD + 4).unwrap_or(part);
    let found = [&b"\r\n\r\n"[..], b"\n\n"].map(|end| {
        let at = memchr::memmem::find(window, end);
        at.map(|at| (at, at + end.len()))
    });
    match found.into_iter().flatten().min() {
        Some((end, start)) => Ok(part.get(..end).map(|head| (head, start))),
        None if part.len() > MAX_HEAD => Err(Fault::HeadTooLarge),
        None => Ok(None),
    }
}

/// The line end in front of a delimiter belongs to the delimiter.
fn without_line_end(content: &Bytes) -> Bytes {
    let shorter = content.strip_suffix(b"\n").unwrap_or(content);
    let shorter = shorter.strip_suffix(b"\r").unwrap_or(shorter);
    content.slice(..shorter.len())
}

#[derive(Debug)]
struct Head {
    name: Option<String>,
    file: Option<String>,
    transfer: Transfer,
    charset: Option<String>,
}

impl Head {
    fn read(bytes: &[u8]) -> Self {
        // Letters of old clients are no UTF-8.
        let text = Charset::Utf8.decode_form(bytes).unwrap_or_default();
        let text = unfolded(&text);
        let get = |wanted: &str| {
            let mut lines = text.lines().rev().filter_map(|line| line.split_once(':'));
            let found = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim())
        };
        let of = |header: &str| {
            get(header)
                .map(|value| parameters(value).1)
                .unwrap_or_default()
        };
        let disposition = of("content-disposition");
        let parameter = |wanted: &str| names::parameter(&disposition, wanted);
        let charset = of("content-type").into_iter().rev();
        Self {
            name: parameter("name").map(|name| name.trim().to_owned()),
            file: parameter("filename").filter(|file| !file.is_empty()),
            transfer: Transfer::named(get("content-transfer-encoding")),
            charset: charset
                .into_iter()
                .find(|(name, _)| name == "charset")
                .map(|(_, value)| value),
        }
    }
}

/// Lines that were continued on the next one, as mail has them.
fn unfolded(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.replace("\n ", " ").replace("\n\t", " ")
}
