//! Attack cases F1 to F4: whatever a file holds, the outcome is a new picture or a refusal.

mod files;

use image::{ExtendedColorType, GenericImageView, ImageEncoder, Rgb, RgbImage, Rgba};
use profiled_store::testing::defaults;
use proptest::prelude::*;

use super::*;
use files::*;

const FORMATS: [ImageFormat; 4] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

fn limits() -> MediaSettings {
    defaults("media")
}

/// Red on the left, blue on the right, with some noise.
fn sample(width: u32, height: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| {
        let noise = u8::try_from((x * 31 + y * 17) % 20).unwrap();
        if x < width / 2 {
            Rgb([235 + noise, 0, 0])
        } else {
            Rgb([0, 0, 235 + noise])
        }
    };
    RgbImage::from_fn(width, height, pixel).into()
}

fn file(format: ImageFormat) -> Vec<u8> {
    encode(sample(32, 16), format).unwrap()
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

fn is_reddish(pixel: Rgba<u8>) -> bool {
    pixel[0] > 180 && pixel[2] < 80
}

#[test]
fn each_format_becomes_each_format() {
    for source in FORMATS {
        for target in FORMATS {
            let out = encode_anew(&file(source), target, &limits()).unwrap();

            assert_eq!(image::guess_format(&out).unwrap(), target);
            let picture = decoded(&out);
            assert_eq!(picture.dimensions(), (32, 16));
            assert!(is_reddish(picture.get_pixel(4, 8)), "{source:?} {target:?}");
            assert!(
                !is_reddish(picture.get_pixel(28, 8)),
                "{source:?} {target:?}"
            );
        }
    }
}

#[test]
fn deep_grey_and_clear_pixels_are_kept_as_far_as_the_target_can() {
    let deep = DynamicImage::ImageRgb16(sample(8, 8).into_rgb16());
    let grey = DynamicImage::ImageLuma16(sample(8, 8).into_luma16());
    let mut clear = sample(8, 8).into_rgba8();
    clear.put_pixel(0, 0, Rgba([9, 9, 9, 0]));
    for picture in [deep, grey, clear.clone().into()] {
        for target in FORMATS {
            let out = encode(picture.clone(), target).unwrap();
            assert_eq!(decoded(&out).dimensions(), (8, 8), "{target:?}");
        }
    }

    let png = encode(clear.clone().into(), ImageFormat::Png).unwrap();
    assert_eq!(decoded(&png).get_pixel(0, 0)[3], 0);
    let jpeg = encode(
        DynamicImage::ImageRgba8(RgbaImage::new(8, 8)),
        ImageFormat::Jpeg,
    )
    .unwrap();
    assert_eq!(decoded(&jpeg).get_pixel(4, 4), Rgba([255; 4]), "on white");
}

#[test]
fn f1_other_file_types_are_refused() {
    let files: [&[u8]; 9] = [
        b"hello",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        b"<?xml version=\"1.0\"?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        b"PK\x03\x04\x14\0\0\0",
        b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0",
        b"II*\0\x08\0\0\0",
        b"\x89PNG\r\n\x1a\n",
    ];

    for file in files {
        let outcome = encode_anew(file, ImageFormat::Png, &limits());

        assert_eq!(
            outcome,
            Err(PictureRefusal::NotAnImage),
            "{:?}",
            String::from_utf8_lossy(file)
        );
    }
}

#[test]
fn f1_a_script_that_begins_as_a_picture_is_refused() {
    let script = b"GIF89a/*\x01\0\0\0\0,*/=1;alert(document.domain)";

    assert!(encode_anew(script, ImageFormat::Gif, &limits()).is_err());
}

#[test]
fn f1_polyglot_keeps_its_picture_alone() {
    let script = b"<script>alert(document.domain)</script>";
    let archive = b"PK\x03\x04 META-INF/MANIFEST.MF";
    for format in FORMATS {
        let mut polyglot = file(format);
        polyglot.extend_from_slice(script);
        polyglot.extend_from_slice(archive);

        let out = encode_anew(&polyglot, format, &limits()).unwrap();

        let text = String::from_utf8_lossy(&out);
        assert!(
            !text.contains("script") && !text.contains("MANIFEST"),
            "{format:?}"
        );
    }
}

#[test]
fn f2_a_large_picture_is_refused_from_its_header() {
    for (width, height) in [(20_000, 20_000), (1, 8001), (8001, 1)] {
        let outcome = encode_anew(&png_header(width, height), ImageFormat::Png, &limits());

        let (max, size) = ((8000, 8000), (width, height));
        assert_eq!(outcome, Err(PictureRefusal::Dimensions { max, size }));
    }
    let bytes = 7000 * 7000 * 3;
    let outcome = encode_anew(&png_header(7000, 7000), ImageFormat::Png, &limits());
    let max = 96 * 1024 * 1024;
    assert_eq!(outcome, Err(PictureRefusal::Memory { max, bytes }));

    let mut gif = b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec();
    gif.extend_from_slice(b",\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;");
    let outcome = encode_anew(&gif, ImageFormat::Gif, &limits());
    assert!(
        matches!(outcome, Err(PictureRefusal::Dimensions { .. })),
        "{outcome:?}"
    );
}

#[test]
fn f2_decompression_bombs_are_not_inflated() {
    // 48 MB of zeros.
    let zeros = flat_data(4000, 4000);
    let header = |name: &[u8; 4]| chunk(name, &[&b"name\0\0"[..], &zeros].concat());
    let international = chunk(b"iTXt", &[&b"name\0\x01\0\0\0"[..], &zeros].concat());
    let bombs = [header(b"zTXt"), header(b"iCCP"), international].map(|bomb| {
        let [start, end] = split_after_header(&file(ImageFormat::Png));
        [start, bomb.repeat(20), end].concat()
    });
    let tiny = [
        PNG_SIGNATURE,
        &header_chunk(1, 1),
        &chunk(b"IDAT", &zeros),
        &chunk(b"IEND", b""),
    ]
    .concat();

    for bomb in bombs.iter().chain([&tiny]) {
        let out = encode_anew(bomb, ImageFormat::Png, &limits()).unwrap();

        assert!(out.len() < 5000, "{}", out.len());
    }
}

#[test]
fn f2_metadata_of_megabytes_are_dropped() {
    let mut jpeg = file(ImageFormat::Jpeg);
    for part in 1..=64 {
        let profile = [&b"ICC_PROFILE\0"[..], &[part, 64], &vec![b'x'; 65_000]].concat();
        insert_segment(&mut jpeg, 0xe2, &profile);
        insert_segment(&mut jpeg, 0xfe, &vec![b'c'; 60_000]);
    }

    let out = encode_anew(&jpeg, ImageFormat::Jpeg, &limits()).unwrap();

    assert!(jpeg.len() > 8_000_000 && out.len() < 5000, "{}", out.len());
}

#[test]
fn f2_an_animation_of_ten_thousand_frames_is_refused_from_its_headers() {
    let frame = b",\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let gif = |frames: usize| {
        let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        [&head[..], &frame.repeat(frames), b";"].concat()
    };
    let still = |frames: u32| {
        let [start, end] = split_after_header(&file(ImageFormat::Png));
        let control = [frames.to_be_bytes(), [0; 4]].concat();
        [start, chunk(b"acTL", &control), end].concat()
    };
    let refused = Err(PictureRefusal::Frames { max: 1000 });

    for many in [gif(10_000), gif(1001), still(10_000), webp_frames(10_000)] {
        assert_eq!(encode_anew(&many, ImageFormat::Png, &limits()), refused);
    }
    for few in [gif(1000), still(1000), webp_frames(1000)] {
        let out = encode_anew(&few, ImageFormat::Png, &limits());
        assert!(out.is_ok(), "{out:?}");
    }
}

#[test]
fn f3_a_truncated_file_is_refused_or_read_as_far_as_it_goes() {
    for format in FORMATS {
        let whole = file(format);
        for length in 0..whole.len() {
            let cut = whole.get(..length).unwrap();
            if let Ok(out) = encode_anew(cut, format, &limits()) {
                // Only what stands after the pixels may be missing.
                assert!(
                    length + 16 >= whole.len(),
                    "{format:?} {length} of {}",
                    whole.len()
                );
                assert_eq!(
                    decoded(&out),
                    decoded(&encode_anew(&whole, format, &limits()).unwrap())
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn f3_a_damaged_file_is_a_picture_or_none(
        format in 0..FORMATS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = file(FORMATS[format]);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }

        if let Ok(out) = encode_anew(&bytes, ImageFormat::Png, &limits()) {
            prop_assert!(image::load_from_memory(&out).is_ok());
        }
    }

    #[test]
    fn f3_noise_after_a_signature_is_a_picture_or_none(
        format in 0..FORMATS.len(),
        keep in 0_usize..60,
        noise in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut bytes = file(FORMATS[format]);
        bytes.truncate(keep);
        bytes.extend(noise);

        let outcome = encode_anew(&bytes, FORMATS[format], &limits());

        prop_assert!(outcome.is_ok() || outcome.is_err());
    }
}

#[test]
fn f4_the_orientation_is_applied_and_no_metadata_is_left() {
    // Red on the left; turned by 90 degrees to the right it is on top.
    let exif = exif(6);
    let mut jpeg = file(ImageFormat::Jpeg);
    insert_segment(&mut jpeg, 0xe1, &[&b"Exif\0\0"[..], &exif].concat());
    let [start, end] = split_after_header(&file(ImageFormat::Png));
    let png = [start, chunk(b"eXIf", &exif), end].concat();

    for source in [jpeg, png] {
        assert!(String::from_utf8_lossy(&source).contains("GPS-SECRET"));
        for target in FORMATS {
            let out = encode_anew(&source, target, &limits()).unwrap();

            let picture = decoded(&out);
            assert_eq!(picture.dimensions(), (16, 32), "{target:?}");
            assert!(is_reddish(picture.get_pixel(8, 4)), "{target:?}");
            assert!(!is_reddish(picture.get_pixel(8, 28)), "{target:?}");
            let text = String::from_utf8_lossy(&out);
            for trace in ["GPS-SECRET", "Exif", "eXIf", "THUMBNAIL"] {
                assert!(!text.contains(trace), "{target:?}: {trace}");
            }
        }
    }
}

#[test]
fn f4_broken_metadata_does_no_harm() {
    let mut jpeg = file(ImageFormat::Jpeg);
    insert_segment(&mut jpeg, 0xe1, b"Exif\0\0II*\0\xff\xff\xff\xff");

    let out = encode_anew(&jpeg, ImageFormat::Jpeg, &limits()).unwrap();

    assert_eq!(decoded(&out).dimensions(), (32, 16));
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
