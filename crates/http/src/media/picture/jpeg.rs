//! Where a JPEG ends. Phones and cameras put more behind it (a film, another picture, notes of their own), and some leave the
//! end marker out.

mod coding;
mod markers;
mod pixels;

use std::hash::{DefaultHasher, Hasher};

use image::DynamicImage;

use super::refusal::PictureRefusal;
use markers::Segments;
pub(super) use pixels::pixels;

/// Most scans of a picture: each of them may cost the time of a whole picture, whatever its length.
const MAX_SCANS: usize = 100;
const END: &[u8] = b"\xff\xd9";
/// Zeros, and ones: what stands in for coded pixels that are missing, which then do not come out the same. (A byte of
/// ones is followed by a zero that does not count.)
const FILLINGS: [&[u8; 2]; 2] = [b"\0\0", b"\xff\0"];
const FILLING_PAIRS: usize = 32;

/// How far a picture goes in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Extent {
    end: usize,
    has_end_marker: bool,
    scans: usize,
}

/// Decodes the picture that a file begins with.
///
/// # Errors
/// Those of `decode`, [`PictureRefusal::RareCoding`], and [`PictureRefusal::NotAnImage`] if pixels are missing: decoders make
/// them up.
pub(super) fn decode(
    file: &[u8],
    decode: impl Fn(&[u8]) -> Result<DynamicImage, PictureRefusal>,
) -> Result<DynamicImage, PictureRefusal> {
    let extent = extent(file);
    if !(1..=MAX_SCANS).contains(&extent.scans) {
        return Err(PictureRefusal::NotAnImage);
    }
    let picture = file.get(..extent.end).unwrap_or(file);
    coding::decoder_of(picture)?;
    if extent.has_end_marker {
        return decode(picture);
    }
    let filled = |filling: &[u8; 2]| {
        let filling = filling.repeat(FILLING_PAIRS);
        decode(&[without_half_a_marker(picture), &filling, END].concat())
    };
    let [zeros, ones] = FILLINGS;
    // One at a time, for the memory.
    let digest = digest(&filled(zeros)?);
    let picture = filled(ones)?;
    if digest == self::digest(&picture) {
        Ok(picture)
    } else {
        Err(PictureRefusal::NotAnImage)
    }
}

fn extent(file: &[u8]) -> Extent {
    let mut extent = Extent {
        end: file.len(),
        has_end_marker: false,
        scans: 0,
    };
    for segment in Segments::of(file) {
        match segment.marker {
            markers::SCAN => extent.scans += 1,
            markers::END => (extent.end, extent.has_end_marker) = (segment.end, true),
            _ => {}
        }
    }
    extent
}

/// The last byte of a cut file may be the first one of a pair.
fn without_half_a_marker(picture: &[u8]) -> &[u8] {
    picture.strip_suffix(b"\xff").unwrap_or(picture)
}

fn digest(picture: &DynamicImage) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(picture.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extent_of_a_picture_is_told_by_its_markers() {
        let thumbnail = b"\xff\xd8\xff\xe1\0\x08\xff\xd8\xff\xd9ab";
        let scan = b"\xff\xda\0\x04\x01\x02\x12\xff\0\x34\xff\xd1\x56";
        let whole = [&thumbnail[..], scan, END].concat();
        let with = |more: &[u8]| [&whole, more].concat();
        let table = [
            (whole.clone(), whole.len(), true),
            (with(b"\xff\xda\xff\xd9"), whole.len(), true),
            (with(&whole), whole.len(), true),
            (whole[..whole.len() - 1].to_vec(), whole.len() - 1, false),
            (whole[..whole.len() - 2].to_vec(), whole.len() - 2, false),
        ];

        for (file, end, has_end_marker) in table {
            let expected = Extent {
                end,
                has_end_marker,
                scans: 1,
            };
            assert_eq!(extent(&file), expected, "{file:02x?}");
        }
        assert_eq!(extent(b"\xff\xd8\xff\xe1\xff\xff").scans, 0);
    }
}
