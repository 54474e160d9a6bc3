//! Color profiles: what is stored has none, so its colors are brought to sRGB.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use image::{DynamicImage, ImageFormat};
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients,
    TransferCharacteristics, TransformOptions,
};

use super::refusal::PictureRefusal;

/// Longest profile: those of printers take a few hundred kilobytes, those of screens a few.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The tag of a profile (ICC.1:2010, section B.4).
const TIFF_PROFILE: u64 = 34_675;
pub(super) const TOO_LONG: PictureRefusal = PictureRefusal::Profile { max: MAX_BYTES };

/// Refuses a profile that is too long, where decoders drop it silently.
///
/// # Errors
/// [`PictureRefusal::Profile`]
pub(super) fn check(bytes: &[u8], format: ImageFormat) -> Result<(), PictureRefusal> {
    let length = match format {
        ImageFormat::Png => png_profile(bytes).map(inflated_length),
        ImageFormat::Tiff => tiff_profile(bytes).map(|(_, length)| length),
        _ => None,
    };
    if length.is_some_and(|length| length > MAX_BYTES as u64) {
        return Err(TOO_LONG);
    }
    Ok(())
}

/// How long a compressed profile is, if it is not too long. Whether it is whole does not matter.
fn inflated_length(compressed: &[u8]) -> u64 {
    let mut bounded = ZlibDecoder::new(compressed).take(MAX_BYTES as u64 + 1);
    io::copy(&mut bounded, &mut io::sink()).unwrap_or_default()
}

/// Where the first directory of a TIFF says that its profile is: the beginning and the length (TIFF 6.0, "TIFF Structure").
fn tiff_profile(tiff: &[u8]) -> Option<(u64, u64)> {
    let is_big_endian = tiff.starts_with(b"MM");
    let number = |bytes: &[u8]| {
        let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        if is_big_endian {
            bytes.iter().fold(0, add)
        } else {
            bytes.iter().rev().fold(0, add)
        }
    };
    let directory = usize::try_from(number(tiff.get(4..8)?)).ok()?;
    let (count, entries) = tiff.get(directory..)?.split_first_chunk::<2>()?;
    let count = usize::try_from(number(count)).ok()?;
    let mut entries = entries.chunks_exact(12).take(count);
    let profile = entries.find(|entry| entry.get(..2).map(number) == Some(TIFF_PROFILE))?;
    Some((number(profile.get(8..12)?), number(profile.get(4..8)?)))
}

/// The profile of a TIFF, which its decoder does not tell.
pub(super) fn of_tiff(tiff: &[u8]) -> Option<&[u8]> {
    let (begin, length) = tiff_profile(tiff)?;
    let (begin, length) = (usize::try_from(begin).ok()?, usize::try_from(length).ok()?);
    tiff.get(begin..)?.get(..length)
}

/// The compressed profile of a PNG (PNG, third edition, 11.3.2.3 iCCP).
fn png_profile(png: &[u8]) -> Option<&[u8]> {
    let data = png_chunk(png, *b"iCCP")?;
    let end = memchr::memchr(0, data)?;
    // A byte for the method stands between.
    data.get(end + 2..)
}

/// A chunk in front of the pixels of a PNG.
fn png_chunk(png: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    let mut chunks = png.get(8..)?;
    loop {
        let (length, rest) = chunks.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let data = rest.get(..length)?;
        match name {
            name if *name == wanted => return Some(data),
            b"IDAT" => return None,
            _ => chunks = rest.get(length + 4..)?,
        }
    }
}

/// The colors of a PNG that are told by code points (11.3.2.6 cICP, and ITU-T H.273), which count before a profile. Those of
/// high dynamic range have no counterpart in sRGB and are left as they are.
pub(super) fn by_code_points(bytes: &[u8], format: ImageFormat) -> Option<ColorProfile> {
    if format != ImageFormat::Png {
        return None;
    }
    // No matrix, and the full range.
    let [primaries, transfer, 0, 1] = *png_chunk(bytes, *b"cICP")? else {
        return None;
    };
    let primaries = CicpColorPrimaries::try_from(primaries).ok()?;
    let transfer = TransferCharacteristics::try_from(transfer).ok()?;
    let is_known = !matches!(
        primaries,
        CicpColorPrimaries::Reserved | CicpColorPrimaries::Unspecified
    ) && matches!(
        transfer,
        TransferCharacteristics::Bt709
            | TransferCharacteristics::Bt601
            | TransferCharacteristics::Bt202010bit
            | TransferCharacteristics::Bt202012bit
            | TransferCharacteristics::Bt470M
            | TransferCharacteristics::Bt470Bg
            | TransferCharacteristics::Linear
            | TransferCharacteristics::Srgb
    );
    is_known.then(|| {
        ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: primaries,
            transfer_characteristics: transfer,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        })
    })
}

/// `None` for a profile that cannot be read.
pub(super) fn read(icc: &[u8]) -> Option<ColorProfile> {
    ColorProfile::new_from_slice(icc).ok()
}

/// Brings a picture to sRGB. A profile of other channels is not applied.
pub(super) fn apply(profile: &ColorProfile, picture: &mut DynamicImage) {
    let width = usize::try_from(picture.width()).unwrap_or_default();
    let (space, layout, samples): (_, _, &mut [u8]) = match picture {
        DynamicImage::ImageRgb8(pixels) => (DataColorSpace::Rgb, Layout::Rgb, pixels),
        DynamicImage::ImageRgba8(pixels) => (DataColorSpace::Rgb, Layout::Rgba, pixels),
        DynamicImage::ImageLuma8(pixels) => (DataColorSpace::Gray, Layout::Gray, pixels),
        DynamicImage::ImageLumaA8(pixels) => (DataColorSpace::Gray, Layout::GrayAlpha, pixels),
        _ => return,
    };
    if profile.color_space != space {
        return;
    }
    let target = if matches!(layout, Layout::Rgb | Layout::Gray) {
        Layout::Rgb
    } else {
        Layout::Rgba
    };
    by_rows(profile, samples, width, [layout, target]);
}

/// Converts the samples of a picture in their place.
fn by_rows(profile: &ColorProfile, samples: &mut [u8], width: usize, layouts: [Layout; 2]) {
    let [from, to] = layouts;
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(from, &srgb, to, options) else {
        return;
    };
    let (channels, new_channels) = (from.channels(), to.channels());
    let mut converted = vec![0; width * new_channels];
    for row in samples.chunks_exact_mut((width * channels).max(1)) {
        if transform.transform(row, &mut converted).is_err() {
            return;
        }
        if channels == new_channels {
            row.copy_from_slice(&converted);
            continue;
        }
        // Of grey all three are the same.
        let pixels = row.chunks_exact_mut(channels);
        for (pixel, new) in pixels.zip(converted.chunks_exact(new_channels)) {
            if let (Some(grey), Some(new)) = (pixel.first_mut(), new.first()) {
                *grey = *new;
            }
        }
    }
}
