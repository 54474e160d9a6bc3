//! Attack cases F1 to F4: whatever a file holds, the outcome is a new picture or a refusal.

mod codings;
mod colors;
mod damage;
mod files;
mod icc;
mod phones;
mod size;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, GenericImageView, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use profiled_store::testing::defaults;

use super::*;
use files::*;

const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
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
    file_of(&sample(32, 16), format)
}

fn file_of(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// What is stored of a file, which has to be a picture.
fn stored(file: &[u8]) -> DynamicImage {
    decoded(&encode_anew(file, &limits()).unwrap())
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

fn is_reddish(pixel: Rgba<u8>) -> bool {
    pixel[0] > 180 && pixel[2] < 80
}

#[test]
fn each_format_is_stored_in_the_one_that_suits_its_content() {
    for source in FORMATS {
        let out = encode_anew(&file(source), &limits()).unwrap();

        let expected = match source {
            ImageFormat::Jpeg | ImageFormat::WebP => source,
            _ => ImageFormat::Png,
        };
        assert_eq!(image::guess_format(&out).unwrap(), expected, "{source:?}");
        let picture = decoded(&out);
        assert_eq!(picture.dimensions(), (32, 16));
        assert!(is_reddish(picture.get_pixel(4, 8)), "{source:?}");
        assert!(!is_reddish(picture.get_pixel(28, 8)), "{source:?}");
    }
}

#[test]
fn depth_beyond_eight_bits_goes_and_transparency_stays() {
    let mut clear = sample(8, 8).into_rgba8();
    clear.put_pixel(0, 0, Rgba([9, 9, 9, 0]));
    let clear = DynamicImage::from(clear);
    let deep: [DynamicImage; 4] = [
        sample(8, 8).into_rgb16().into(),
        sample(8, 8).into_luma16().into(),
        clear.to_rgba16().into(),
        clear.to_luma_alpha16().into(),
    ];
    for picture in &deep {
        let out = stored(&file_of(picture, ImageFormat::Png));

        assert_eq!(out.dimensions(), (8, 8));
        let (has_alpha, expected) = (out.color().has_alpha(), picture.color().has_alpha());
        assert_eq!(has_alpha, expected, "{:?}", picture.color());
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let out = stored(&file_of(&clear, format));
        assert_eq!(out.get_pixel(0, 0)[3], 0, "{format:?}");
        assert_eq!(out.get_pixel(4, 4), clear.get_pixel(4, 4), "{format:?}");
    }
}

#[test]
fn formats_without_a_decoder_are_refused_by_their_names() {
    let table: [(&[u8], &str); 4] = [
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B", "AVIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\x01\0\x01\0\x10\x10\0\0", "ICO"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    ];
    for (file, name) in table {
        let refusal = encode_anew(file, &limits()).unwrap_err();

        let expected = format!(
            "{name} images are not supported. Upload a JPEG, PNG, WebP, GIF, BMP or TIFF image."
        );
        assert_eq!(refusal.to_string(), expected);
    }
}

/// With a palette, and in CIE L*a*b* (TIFF 6.0, tag 262).
#[test]
fn tiff_of_rare_colors_is_refused_by_name() {
    for (photometric, colors) in [(3, 1), (8, 3)] {
        let tiff = tiff_of(photometric, colors);

        let refusal = encode_anew(&tiff, &limits()).unwrap_err();

        let expected = "TIFF images of this rare coding are not supported. \
                        Save the image as an ordinary JPEG or PNG.";
        assert_eq!(refusal.to_string(), expected, "{photometric}");
    }
    assert_eq!(stored(&tiff_of(1, 1)).dimensions(), (2, 2));
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
        let outcome = encode_anew(file, &limits());

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

    assert!(encode_anew(script, &limits()).is_err());
}

#[test]
fn f1_polyglot_keeps_its_picture_alone() {
    let script = b"<script>alert(document.domain)</script>";
    let archive = b"PK\x03\x04 META-INF/MANIFEST.MF";
    for format in FORMATS {
        let mut polyglot = file(format);
        polyglot.extend_from_slice(script);
        polyglot.extend_from_slice(archive);

        let out = encode_anew(&polyglot, &limits()).unwrap();

        let text = String::from_utf8_lossy(&out);
        assert!(
            !text.contains("script") && !text.contains("MANIFEST"),
            "{format:?}"
        );
    }
}

#[test]
fn f2_a_large_picture_is_refused_from_its_header() {
    for (width, height) in [(20_000, 20_000), (1, 16_385), (16_385, 1)] {
        let outcome = encode_anew(&png_header(width, height), &limits());

        let (max, size) = ((16_384, 16_384), (width, height));
        assert_eq!(outcome, Err(PictureRefusal::Dimensions { max, size }));
    }
    let bytes = 8000 * 8000 * 3;
    let outcome = encode_anew(&png_header(8000, 8000), &limits());
    let max = 160 * 1024 * 1024;
    assert_eq!(outcome, Err(PictureRefusal::Memory { max, bytes }));

    let mut gif = b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec();
    gif.extend_from_slice(b",\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;");
    let outcome = encode_anew(&gif, &limits());
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
    let png = |bomb: Vec<u8>| {
        let [start, end] = split_after_header(&file(ImageFormat::Png));
        [start, bomb.repeat(20), end].concat()
    };
    let bombs = [header(b"zTXt"), international].map(png);
    let max = 4 * 1024 * 1024;
    let outcome = encode_anew(&png(header(b"iCCP")), &limits());
    assert_eq!(outcome, Err(PictureRefusal::Profile { max }));
    let tiny = [
        PNG_SIGNATURE,
        &header_chunk(1, 1),
        &chunk(b"IDAT", &zeros),
        &chunk(b"IEND", b""),
    ]
    .concat();

    for bomb in bombs.iter().chain([&tiny]) {
        let out = encode_anew(bomb, &limits()).unwrap();

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

    let out = encode_anew(&jpeg, &limits()).unwrap();

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
        assert_eq!(encode_anew(&many, &limits()), refused);
    }
    for few in [gif(1000), still(1000), webp_frames(1000)] {
        let out = encode_anew(&few, &limits());
        assert!(out.is_ok(), "{out:?}");
    }
}

#[test]
fn f3_a_truncated_file_is_refused_or_read_as_far_as_it_goes() {
    for format in FORMATS {
        let whole = file(format);
        for length in 0..whole.len() {
            let cut = whole.get(..length).unwrap();
            if let Ok(out) = encode_anew(cut, &limits()) {
                // Only what stands after the pixels may be missing.
                assert!(
                    length + 16 >= whole.len(),
                    "{format:?} {length} of {}",
                    whole.len()
                );
                assert_eq!(decoded(&out), stored(&whole), "{format:?}");
            }
        }
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
        let out = encode_anew(&source, &limits()).unwrap();

        let picture = decoded(&out);
        assert_eq!(picture.dimensions(), (16, 32));
        assert!(is_reddish(picture.get_pixel(8, 4)));
        assert!(!is_reddish(picture.get_pixel(8, 28)));
        let text = String::from_utf8_lossy(&out);
        for trace in ["GPS-SECRET", "Exif", "eXIf", "THUMBNAIL"] {
            assert!(!text.contains(trace), "{trace}");
        }
    }
}

#[test]
fn f4_broken_metadata_does_no_harm() {
    let mut jpeg = file(ImageFormat::Jpeg);
    insert_segment(&mut jpeg, 0xe1, b"Exif\0\0II*\0\xff\xff\xff\xff");

    let out = encode_anew(&jpeg, &limits()).unwrap();

    assert_eq!(decoded(&out).dimensions(), (32, 16));
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
