//! Uploaded pictures: judged by their content, and encoded anew, so that nothing of what a client sent
//! is ever served.

mod encode;
mod frames;
mod jpeg;
mod profile;
mod refusal;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::MediaSettings;
use super::kind::PictureKind;
use encode::Source;
pub(super) use refusal::PictureRefusal;

/// Decodes a picture and encodes it in the format that suits it. Metadata does not come along; the orientation and the color
/// profile are applied, and of an animation the first frame is taken.
///
/// # Errors
/// [`PictureRefusal`]: too large by its header, before anything is decoded; or no picture.
pub(super) fn encode_anew(bytes: &[u8], limits: &MediaSettings) -> Result<Vec<u8>, PictureRefusal> {
    let format = format(bytes)?;
    frames::check(bytes, format, limits.max_frames)?;
    profile::check(bytes, format)?;
    let picture = if format == ImageFormat::Jpeg {
        jpeg::decode(bytes, |jpeg| decode(jpeg, format, limits))?
    } else {
        decode(bytes, format, limits)?
    };
    let encoded = encode::encode(picture, Source::of(bytes, format), bytes.len());
    encoded.ok_or(PictureRefusal::NotAnImage)
}

/// The format of a file that may be decoded.
fn format(bytes: &[u8]) -> Result<ImageFormat, PictureRefusal> {
    match PictureKind::of(bytes).ok_or(PictureRefusal::NotAnImage)? {
        PictureKind::Bmp => Ok(ImageFormat::Bmp),
        PictureKind::Gif => Ok(ImageFormat::Gif),
        PictureKind::Jpeg => Ok(ImageFormat::Jpeg),
        PictureKind::Png => Ok(ImageFormat::Png),
        PictureKind::Tiff => Ok(ImageFormat::Tiff),
        PictureKind::WebP => Ok(ImageFormat::WebP),
        PictureKind::Avif => Err(PictureRefusal::Unsupported("AVIF")),
        PictureKind::Heic => Err(PictureRefusal::Unsupported("HEIC")),
        PictureKind::Icon => Err(PictureRefusal::Unsupported("ICO")),
        PictureKind::Jpeg2000 => Err(PictureRefusal::Unsupported("JPEG 2000")),
    }
}

/// The picture in sRGB and eight bits, the right side up.
fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &MediaSettings,
) -> Result<DynamicImage, PictureRefusal> {
    let refused = |error| refusal(&error, format);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // Dimensions are compared below, for the message; what a decoder needs in addition to the pixels is bounded here.
    let mut bounds = Limits::no_limits();
    bounds.max_alloc = Some(limits.max_decoded_bytes);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (max, size) = ((limits.max_width, limits.max_height), decoder.dimensions());
    if size.0 > max.0 || size.1 > max.1 {
        return Err(PictureRefusal::Dimensions { max, size });
    }
    let (max, size) = (limits.max_decoded_bytes, decoder.total_bytes());
    if size > max {
        return Err(PictureRefusal::Memory { max, bytes: size });
    }
    // What is wrong with metadata does not matter: it is dropped.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = match format {
        ImageFormat::Tiff => profile::of_tiff(bytes).map(<[u8]>::to_vec),
        _ => decoder.icc_profile().ok().flatten(),
    };
    let icc = icc.unwrap_or_default();
    if icc.len() > profile::MAX_BYTES {
        return Err(profile::TOO_LONG);
    }
    let picture = match format {
        ImageFormat::Jpeg => jpeg::pixels(bytes, decoder, max)?,
        _ => DynamicImage::from_decoder(decoder).map_err(refused)?,
    };
    let mut picture = eight_bits(picture);
    picture.apply_orientation(orientation);
    let colors = profile::by_code_points(bytes, format).or_else(|| profile::read(&icc));
    if let Some(colors) = colors {
        profile::apply(&colors, &mut picture);
    }
    Ok(picture)
}

/// What is wrong with a file that a decoder does not read.
fn refusal(error: &ImageError, format: ImageFormat) -> PictureRefusal {
    let name = match format {
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        _ => return PictureRefusal::NotAnImage,
    };
    match error {
        // Palettes and rare color spaces of TIFF, for one.
        ImageError::Unsupported(_) => PictureRefusal::RareCoding(name),
        _ => PictureRefusal::NotAnImage,
    }
}

/// Without the depth that no target of ours has.
fn eight_bits(picture: DynamicImage) -> DynamicImage {
    let color = picture.color();
    if color.bytes_per_pixel() == color.channel_count() {
        return picture;
    }
    match (color.has_color(), color.has_alpha()) {
        (true, true) => picture.into_rgba8().into(),
        (true, false) => picture.into_rgb8().into(),
        (false, true) => picture.into_luma_alpha8().into(),
        (false, false) => picture.into_luma8().into(),
    }
}

#[cfg(test)]
mod tests;
