//! Damaged files. `PICTURE_RUNS` says how many of each kind; a few hundred unless told.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::colors::under;
use super::*;

/// Places in a file, and what is changed there.
type Damage = Vec<(Index, u8)>;

#[expect(clippy::disallowed_methods, reason = "no setting of the service")]
fn runs() -> u32 {
    let told = std::env::var("PICTURE_RUNS").ok();
    told.and_then(|runs| runs.parse().ok()).unwrap_or(300)
}

/// Pictures in a format: without and with a profile, where it may have one.
fn files(format: ImageFormat) -> Vec<Vec<u8>> {
    let mut files = vec![file(format)];
    if !matches!(format, ImageFormat::Gif | ImageFormat::Bmp) {
        files.push(under(&icc::display_p3(), &sample(32, 16), format));
    }
    if format == ImageFormat::Jpeg {
        files.extend([progressive(), separate_scans()]);
    }
    files
}

fn progressive() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 80);
    encoder.set_progressive(true);
    let picture = sample(32, 16);
    encoder
        .encode(picture.as_bytes(), 32, 16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    out
}

fn separate_scans() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 80);
    encoder.set_optimized_huffman_tables(true);
    let picture = sample(32, 16);
    encoder
        .encode(picture.as_bytes(), 32, 16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    out
}

/// Bytes that are changed, and where the file is cut and what stands behind it then.
fn damage() -> impl Strategy<Value = (Index, Damage, Option<Index>, Vec<u8>)> {
    (
        any::<Index>(),
        prop::collection::vec((any::<Index>(), any::<u8>()), 0..12),
        prop::option::of(any::<Index>()),
        prop::collection::vec(any::<u8>(), 0..40),
    )
}

fn is_a_picture_or_none(format: ImageFormat) {
    let files = files(format);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(runs())
    };
    let mut small = limits();
    (small.max_width, small.max_height) = (2000, 2000);
    let outcome = TestRunner::new(config).run(&damage(), |(which, changes, cut, more)| {
        let mut bytes = which.get(&files).clone();
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes.extend(more);
        for (at, value) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= value;
            }
        }
        match encode_anew(&bytes, &small) {
            Ok(out) if image::load_from_memory(&out).is_err() => {
                Err(TestCaseError::fail("what is stored is no picture"))
            }
            _ => Ok(()),
        }
    });
    outcome.unwrap();
}

#[test]
fn f3_damaged_jpeg_is_a_picture_or_none() {
    is_a_picture_or_none(ImageFormat::Jpeg);
}

#[test]
fn f3_damaged_png_is_a_picture_or_none() {
    is_a_picture_or_none(ImageFormat::Png);
}

#[test]
fn f3_damaged_webp_is_a_picture_or_none() {
    is_a_picture_or_none(ImageFormat::WebP);
}

#[test]
fn f3_damaged_gif_is_a_picture_or_none() {
    is_a_picture_or_none(ImageFormat::Gif);
}

#[test]
fn f3_damaged_bmp_is_a_picture_or_none() {
    is_a_picture_or_none(ImageFormat::Bmp);
}

#[test]
fn f3_damaged_tiff_is_a_picture_or_none() {
    is_a_picture_or_none(ImageFormat::Tiff);
}

#[test]
fn f3_damaged_profile_is_applied_or_not() {
    let whole = icc::display_p3();
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(runs())
    };
    let outcome = TestRunner::new(config).run(&damage(), |(_, changes, cut, more)| {
        let mut profile = whole.clone();
        if let Some(cut) = cut {
            profile.truncate(cut.index(profile.len()));
        }
        profile.extend(more);
        for (at, value) in changes {
            if !profile.is_empty() {
                let at = at.index(profile.len());
                profile[at] ^= value;
            }
        }
        let mut picture = sample(8, 8);
        if let Some(profile) = profile::read(&profile) {
            profile::apply(&profile, &mut picture);
        }
        prop_assert_eq!(picture.dimensions(), (8, 8));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn f2_jpeg_of_thousands_of_scans_is_refused() {
    let whole = progressive();
    let scan = memchr::memmem::rfind(&whole, b"\xff\xda").unwrap();
    let (start, last) = whole.split_at(scan);
    let last = last.strip_suffix(b"\xff\xd9").unwrap();
    let many = [start, &last.repeat(5000), b"\xff\xd9"].concat();

    assert!(encode_anew(&whole, &limits()).is_ok());
    assert_eq!(
        encode_anew(&many, &limits()),
        Err(PictureRefusal::NotAnImage)
    );
}
