//! Colors under a profile. What is expected was computed by Pillow 13.0.0 with `LittleCMS`
//! (`ImageCms.profileToProfile` to its own sRGB) from the same profiles.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{GrayImage, Luma};

use super::*;

/// Colors under a profile, and in sRGB.
const UNDER_P3: [[[u8; 3]; 2]; 5] = [
    [[200, 60, 40], [217, 42, 23]],
    [[40, 90, 200], [10, 91, 207]],
    [[60, 200, 80], [0, 203, 58]],
    [[128, 128, 128], [128, 128, 128]],
    [[0, 255, 0], [0, 255, 0]],
];
const UNDER_ADOBE: [[[u8; 3]; 2]; 4] = [
    [[200, 60, 40], [231, 57, 34]],
    [[40, 90, 200], [0, 90, 204]],
    [[60, 200, 80], [0, 201, 67]],
    [[255, 0, 0], [255, 0, 0]],
];

fn distance(one: &[u8], other: &[u8]) -> u8 {
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

/// A file with a profile, in the formats that can have one.
pub(super) fn under(profile: &[u8], picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let (mut out, icc) = (Cursor::new(Vec::new()), profile.to_vec());
    let (width, height, color) = (picture.width(), picture.height(), picture.color().into());
    match format {
        ImageFormat::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, 95);
            encoder.set_icc_profile(icc).unwrap();
            encoder.write_image(picture.as_bytes(), width, height, color)
        }
        ImageFormat::Png => {
            let mut encoder = PngEncoder::new(&mut out);
            encoder.set_icc_profile(icc).unwrap();
            encoder.write_image(picture.as_bytes(), width, height, color)
        }
        ImageFormat::Tiff => {
            let mut encoder = TiffEncoder::new(&mut out);
            encoder.set_icc_profile(icc).unwrap();
            encoder.write_image(picture.as_bytes(), width, height, color)
        }
        _ => {
            let mut encoder = WebPEncoder::new_lossless(&mut out);
            encoder.set_icc_profile(icc).unwrap();
            encoder.write_image(picture.as_bytes(), width, height, color)
        }
    }
    .unwrap();
    out.into_inner()
}

fn flat(color: [u8; 3]) -> DynamicImage {
    RgbImage::from_pixel(16, 16, Rgb(color)).into()
}

#[test]
fn wide_colors_are_brought_to_srgb_as_pillow_does() {
    let p3 = UNDER_P3.map(|colors| (icc::display_p3(), colors));
    let adobe = UNDER_ADOBE.map(|colors| (icc::adobe_rgb(), colors));
    for (profile, [sent, expected]) in p3.into_iter().chain(adobe) {
        for (format, most) in [
            (ImageFormat::Jpeg, 6),
            (ImageFormat::Png, 2),
            (ImageFormat::WebP, 2),
            (ImageFormat::Tiff, 2),
        ] {
            let out = stored(&under(&profile, &flat(sent), format));

            let pixel = out.get_pixel(8, 8);
            let is_close = distance(&pixel.0[..3], &expected) <= most;
            assert!(
                is_close,
                "{format:?}: {sent:?} became {pixel:?}, not {expected:?}"
            );
        }
    }
}

/// A PNG whose colors are told by code points (ITU-T H.273): primaries and transfer, in RGB of the full range.
fn by_code_points(color: [u8; 3], points: [u8; 4], profile: &[u8]) -> Vec<u8> {
    let png = if profile.is_empty() {
        file_of(&flat(color), ImageFormat::Png)
    } else {
        under(profile, &flat(color), ImageFormat::Png)
    };
    let [start, end] = split_after_header(&png);
    [start, chunk(b"cICP", &points), end].concat()
}

#[test]
fn code_points_count_as_a_profile_and_before_one() {
    const P3: [u8; 4] = [12, 13, 0, 1];
    for [sent, expected] in UNDER_P3 {
        for profile in [Vec::new(), icc::adobe_rgb()] {
            let pixel = stored(&by_code_points(sent, P3, &profile)).get_pixel(8, 8);

            let is_close = distance(&pixel.0[..3], &expected) <= 2;
            assert!(is_close, "{sent:?} became {pixel:?}, not {expected:?}");
        }
    }
}

#[test]
fn code_points_that_have_no_counterpart_change_nothing() {
    let sent = [200, 60, 40];
    for points in [
        [1, 13, 0, 1],
        // Nothing told, high dynamic range, a narrow range, and numbers of nobody.
        [2, 2, 0, 1],
        [9, 16, 0, 1],
        [9, 18, 0, 1],
        [12, 13, 0, 0],
        [3, 13, 0, 1],
        [12, 200, 0, 1],
    ] {
        let pixel = stored(&by_code_points(sent, points, &[])).get_pixel(8, 8);

        assert!(distance(&pixel.0[..3], &sent) <= 1, "{points:?}: {pixel:?}");
    }
}

#[test]
fn transparency_stays_under_a_profile() {
    let clear = RgbaImage::from_pixel(16, 16, Rgba([200, 60, 40, 99])).into();
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let pixel = stored(&under(&icc::display_p3(), &clear, format)).get_pixel(8, 8);

        assert!(
            distance(&pixel.0, &[217, 42, 23, 99]) <= 2,
            "{format:?}: {pixel:?}"
        );
    }
}

#[test]
fn grey_is_brought_to_srgb_by_a_profile_of_grey() {
    for (sent, expected) in [(60, 77), (100, 119), (200, 210)] {
        let grey = GrayImage::from_pixel(16, 16, Luma([sent])).into();
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let pixel = stored(&under(&icc::grey(), &grey, format)).get_pixel(8, 8);

            assert!(
                distance(&pixel.0[..1], &[expected]) <= 2,
                "{format:?}: {pixel:?}"
            );
        }
    }
}

#[test]
fn profile_that_cannot_be_applied_changes_nothing() {
    let whole = icc::display_p3();
    let lying = [&u32::MAX.to_be_bytes()[..], &whole[4..]].concat();
    let profiles = [whole[..200].to_vec(), lying, icc::grey(), vec![b'x'; 3000]];
    for profile in profiles {
        let pixel = stored(&under(&profile, &flat([200, 60, 40]), ImageFormat::Png));
        let pixel = pixel.get_pixel(8, 8);
        let is_read = distance(&pixel.0[..3], &[217, 42, 23]) <= 2;
        assert!(is_read || pixel == Rgba([200, 60, 40, 255]), "{pixel:?}");
    }
}

#[test]
fn profile_of_ten_megabytes_is_refused() {
    let profile = [icc::display_p3(), vec![0; 10_000_000]].concat();
    let max = profile::MAX_BYTES;
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Tiff,
    ] {
        let outcome = encode_anew(&under(&profile, &flat([9; 3]), format), &limits());

        assert_eq!(outcome, Err(PictureRefusal::Profile { max }), "{format:?}");
    }
}
