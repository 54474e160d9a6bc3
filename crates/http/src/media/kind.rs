//! What a file is, by the bytes that it begins with: names and declared types are not asked.

/// Bytes that tell what a file is.
pub(super) const TELLING: usize = 64;

/// A type of picture that browsers may show: none of them can hold a script that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PictureKind {
    Avif,
    Bmp,
    Gif,
    Heic,
    Icon,
    Jpeg,
    Jpeg2000,
    Png,
    Tiff,
    WebP,
}

impl PictureKind {
    /// The kind of a file that begins so, `None` for one that is no picture.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Some(Self::Tiff),
            [0, 0, 1, 0, count, 0, ..] if *count > 0 => Some(Self::Icon),
            [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some(Self::Jpeg2000),
            _ if start.starts_with(b"RIFF") => {
                (start.get(8..12) == Some(b"WEBP")).then_some(Self::WebP)
            }
            _ if start.starts_with(b"BM") => is_bitmap(start).then_some(Self::Bmp),
            _ if start.get(4..8) == Some(b"ftyp") => by_brands(start),
            _ => None,
        }
    }

    /// The media type (the registry of IANA).
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Avif => "image/avif",
            Self::Bmp => "image/bmp",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Icon => "image/vnd.microsoft.icon",
            Self::Jpeg => "image/jpeg",
            Self::Jpeg2000 => "image/jp2",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::WebP => "image/webp",
        }
    }
}

/// Whether what begins with `BM` goes on as a bitmap: with the length of one of its headers.
fn is_bitmap(start: &[u8]) -> bool {
    let length = start.get(14..18).and_then(|length| length.try_into().ok());
    let length = length.map(u32::from_le_bytes);
    matches!(length, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// The kind that the brands of a file of ISO 14496-12 tell: the major one first, then those that it is compatible with.
fn by_brands(start: &[u8]) -> Option<PictureKind> {
    let length = start.get(..4).and_then(|length| length.try_into().ok());
    let length = length.map(u32::from_be_bytes)?;
    let end = usize::try_from(length).ok()?.min(start.len());
    let major = start.get(8..12)?;
    let others = start.get(16..end).unwrap_or_default();
    let all = std::iter::once(major).chain(others.chunks_exact(4));
    all.into_iter().find_map(|brand| match brand {
        b"avif" | b"avis" => Some(PictureKind::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
            Some(PictureKind::Heic)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_of_a_file_is_told_by_its_first_bytes() {
        let table: [(&[u8], Option<&str>); 20] = [
            (b"\xff\xd8\xff\xe1\0\x10Exif", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", Some("image/png")),
            (b"GIF89a\x01\0", Some("image/gif")),
            (b"II*\0\x08\0\0\0", Some("image/tiff")),
            (b"MM\0*\0\0\0\x08", Some("image/tiff")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (
                b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
                Some("image/bmp"),
            ),
            (b"BM, a brand of cars, is no picture", None),
            (b"\0\0\x01\0\x01\0 \0", Some("image/vnd.microsoft.icon")),
            (b"\0\0\0\x0cjP  \r\n\x87\n", Some("image/jp2")),
            (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif", Some("image/avif")),
            (b"\0\0\0\x1cftypheic\0\0\0\0mif1heic", Some("image/heic")),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Some("image/avif")),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Some("image/heic")),
            (b"\0\0\0\x14ftypisom\0\0\0\0mp41avif", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"<!doctype html>", None),
            (b"GIF8", None),
            (b"", None),
        ];

        for (start, expected) in table {
            let kind = PictureKind::of(start).map(PictureKind::media_type);
            assert_eq!(kind, expected, "{}", String::from_utf8_lossy(start));
        }
    }
}
