//! Files as phones and cameras lay them out. Pillow 13.0.0 opens, verifies and loads each of them.

use super::colors::under;
use super::*;

/// Red above, blue below, right side up.
const RED: [u8; 3] = [200, 60, 40];
const BLUE: [u8; 3] = [40, 90, 200];
/// The same two colors of Display P3 in sRGB, by Pillow.
const RED_OF_P3: [u8; 3] = [217, 42, 23];
const BLUE_OF_P3: [u8; 3] = [10, 91, 207];
const RED_OF_ADOBE: [u8; 3] = [231, 57, 34];
const BLUE_OF_ADOBE: [u8; 3] = [0, 90, 204];

const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x10mdat\xff\xda\0\x03\xff\xe1";

/// The picture as the sensor sees it when the phone is held so (EXIF 2.3, tag 274).
fn seen(orientation: u16) -> DynamicImage {
    let upright = RgbImage::from_fn(64, 32, |_, y| Rgb(if y < 16 { RED } else { BLUE }));
    let upright = DynamicImage::from(upright);
    match orientation {
        1 => upright,
        2 => upright.fliph(),
        3 => upright.rotate180(),
        4 => upright.flipv(),
        5 => upright.rotate90().fliph(),
        6 => upright.rotate270(),
        7 => upright.rotate270().fliph(),
        8 => upright.rotate90(),
        _ => unreachable!(),
    }
}

/// A JPEG with EXIF, under a profile or none.
fn jpeg(orientation: u16, profile: Option<&[u8]>) -> Vec<u8> {
    let picture = seen(orientation);
    let mut jpeg = match profile {
        Some(profile) => under(profile, &picture, ImageFormat::Jpeg),
        None => file_of(&picture, ImageFormat::Jpeg),
    };
    let exif = [&b"Exif\0\0"[..], &exif(orientation)].concat();
    insert_segment(&mut jpeg, 0xe1, &exif);
    jpeg
}

fn with(mut file: Vec<u8>, more: &[u8]) -> Vec<u8> {
    file.extend_from_slice(more);
    file
}

/// Any bytes, among which are markers of all kinds.
fn random_bytes() -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let mut bytes: Vec<_> = (0..5000).map(|_| next()).collect();
    bytes.extend_from_slice(b"\xff\xd8\xff\xda\0\x08\xff\xc0\xff");
    bytes
}

fn multi_picture() -> Vec<u8> {
    let mut first = jpeg(1, None);
    insert_segment(&mut first, 0xe2, b"MPF\0MM\0*\0\0\0\x08\0\0");
    with(first, &jpeg(3, None))
}

fn with_preview() -> Vec<u8> {
    let thumbnail = file_of(&sample(16, 8), ImageFormat::Jpeg);
    let mut camera = jpeg(1, None);
    insert_segment(
        &mut camera,
        0xe1,
        &[&b"Exif\0\0"[..], &exif(1), &thumbnail].concat(),
    );
    with(camera, &thumbnail)
}

fn with_fill_bytes() -> Vec<u8> {
    let mut camera = jpeg(8, None);
    insert_segment(&mut camera, 0xfe, b"a comment");
    camera.splice(2..2, [0xff; 5]);
    with(camera, &[0; 4096])
}

fn without_end(orientation: u16, missing: usize) -> Vec<u8> {
    let mut jpeg = jpeg(orientation, None);
    jpeg.truncate(jpeg.len() - missing);
    jpeg
}

fn screenshot() -> Vec<u8> {
    let png = under(&icc::display_p3(), &seen(6), ImageFormat::Png);
    let [start, end] = split_after_header(&png);
    let turned = [start, chunk(b"eXIf", &exif(6)), end].concat();
    with(turned, b"behind its end")
}

#[test]
fn pictures_of_phones_and_cameras_come_out_upright_in_their_colors() {
    let (p3, adobe) = (icc::display_p3(), icc::adobe_rgb());
    let (plain, of_p3) = ([RED, BLUE], [RED_OF_P3, BLUE_OF_P3]);
    let of_adobe = [RED_OF_ADOBE, BLUE_OF_ADOBE];
    let table = [
        ("a motion photo", with(jpeg(6, Some(&p3)), FILM), of_p3),
        (
            "random bytes behind it",
            with(jpeg(3, None), &random_bytes()),
            plain,
        ),
        (
            "a vendor's block",
            with(jpeg(1, None), b"SEFH\x6a\0\0\0SEFT"),
            plain,
        ),
        ("several pictures in one", multi_picture(), plain),
        ("a preview and a thumbnail", with_preview(), plain),
        ("fill bytes and blanks", with_fill_bytes(), plain),
        ("no end marker", without_end(6, 2), plain),
        ("half an end marker", without_end(8, 1), plain),
        ("a camera with wide colors", jpeg(8, Some(&adobe)), of_adobe),
        ("a screenshot", screenshot(), of_p3),
        (
            "WebP of a phone",
            under(&p3, &seen(1), ImageFormat::WebP),
            of_p3,
        ),
        ("mirrored", jpeg(2, None), plain),
        ("upside down and mirrored", jpeg(4, None), plain),
        ("turned and mirrored", jpeg(5, None), plain),
        (
            "turned and mirrored the other way",
            jpeg(7, Some(&p3)),
            of_p3,
        ),
    ];
    for (name, sent, [red, blue]) in table {
        let out = encode_anew(&sent, &limits()).unwrap_or_else(|error| panic!("{name}: {error}"));

        let picture = decoded(&out);
        assert_eq!(picture.dimensions(), (64, 32), "{name}");
        for (y, expected) in [(4, red), (28, blue)] {
            let pixel = picture.get_pixel(20, y);
            let pairs = pixel.0.iter().zip(expected);
            let off = pairs.map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(off <= 6, "{name}: {pixel:?} in place of {expected:?}");
        }
        assert!(out.len() <= 2 * sent.len(), "{name}");
        for trace in [&b"ftyp"[..], b"SEFT", b"GPS-SECRET", b"behind"] {
            assert!(memchr::memmem::find(&out, trace).is_none(), "{name}");
        }
    }
}

#[test]
fn jpeg_of_which_pixels_are_missing_is_refused() {
    let whole = jpeg(1, None);
    let scan = memchr::memmem::rfind(&whole, b"\xff\xda").unwrap() + 14;
    for length in scan..whole.len() - 4 {
        let outcome = encode_anew(&whole[..length], &limits());

        assert_eq!(outcome, Err(PictureRefusal::NotAnImage), "{length}");
    }
}
