//! Uploaded pictures: judged by their content, and encoded anew, so that nothing of what a client sent
//! is ever served.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits, RgbaImage};

use super::MediaSettings;

/// Of 1 to 100: what cameras write is not visibly worse.
const JPEG_QUALITY: u8 = 90;

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PictureRefusal {
    /// The framework's message.
    #[error(
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
    )]
    NotAnImage,
    #[error(
        "Ensure this image is at most {0} by {1} pixels (it is {2} by {3}).",
        max.0, max.1, size.0, size.1
    )]
    Dimensions { max: (u32, u32), size: (u32, u32) },
    #[error("Ensure the pixels of this image take at most {max} bytes (they take {bytes}).")]
    Memory { max: u64, bytes: u64 },
    #[error("Ensure this image has at most {max} frames.")]
    Frames { max: usize },
}

/// Decodes a picture and encodes it as `target`. Metadata does not come along; the orientation is applied,
/// and of an animation the first frame is taken.
///
/// # Errors
/// [`PictureRefusal`]: too large by its header, before anything is decoded; or no picture.
pub(super) fn encode_anew(
    bytes: &[u8],
    target: ImageFormat,
    limits: &MediaSettings,
) -> Result<Vec<u8>, PictureRefusal> {
    let format = image::guess_format(bytes).map_err(|_unknown| PictureRefusal::NotAnImage)?;
    check_frames(bytes, format, limits.max_frames)?;
    if format == ImageFormat::Jpeg && is_cut_off(bytes) {
        return Err(PictureRefusal::NotAnImage);
    }
    let picture = decode(bytes, format, limits)?;
    encode(picture, target).map_err(|_failed| PictureRefusal::NotAnImage)
}

fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &MediaSettings,
) -> Result<DynamicImage, PictureRefusal> {
    let broken = |_error| PictureRefusal::NotAnImage;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // Dimensions are compared below, for the message; what a decoder needs in addition to the pixels is bounded here.
    let mut bounds = Limits::no_limits();
    bounds.max_alloc = Some(limits.max_decoded_bytes);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (max, size) = ((limits.max_width, limits.max_height), decoder.dimensions());
    if size.0 > max.0 || size.1 > max.1 {
        return Err(PictureRefusal::Dimensions { max, size });
    }
    let (max, bytes) = (limits.max_decoded_bytes, decoder.total_bytes());
    if bytes > max {
        return Err(PictureRefusal::Memory { max, bytes });
    }
    // What is wrong with metadata does not matter: it is dropped.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn encode(picture: DynamicImage, target: ImageFormat) -> ImageResult<Vec<u8>> {
    let picture = eight_bits(picture, target);
    let mut out = Vec::new();
    match target {
        ImageFormat::Jpeg => {
            picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY))?;
        }
        ImageFormat::WebP => picture.write_with_encoder(WebPEncoder::new_lossless(&mut out))?,
        ImageFormat::Gif => {
            let frame = image::Frame::new(picture.into_rgba8());
            GifEncoder::new(&mut out).encode_frame(frame)?;
        }
        _ => picture.write_with_encoder(PngEncoder::new(&mut out))?,
    }
    Ok(out)
}

/// The picture in a form that the target can hold.
fn eight_bits(picture: DynamicImage, target: ImageFormat) -> DynamicImage {
    let color = picture.color();
    match (color.has_alpha(), color.has_color()) {
        (true, _) if target == ImageFormat::Jpeg => on_white(&picture.into_rgba8()),
        (true, _) => DynamicImage::ImageRgba8(picture.into_rgba8()),
        (false, false) if target != ImageFormat::WebP => picture.into_luma8().into(),
        (false, _) => picture.into_rgb8().into(),
    }
}

/// Without transparency.
fn on_white(picture: &RgbaImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let white = image::Rgba([u8::MAX; 4]);
    let mut ground = RgbaImage::from_pixel(width, height, white);
    image::imageops::overlay(&mut ground, picture, 0, 0);
    DynamicImage::ImageRgba8(ground).into_rgb8().into()
}

/// Whether a JPEG has no end after its last scan: its decoder makes up what is missing.
fn is_cut_off(jpeg: &[u8]) -> bool {
    let last = |marker: &[u8; 2]| memchr::memmem::rfind(jpeg, marker);
    last(b"\xff\xd9") <= last(b"\xff\xda")
}

/// Counts the frames of an animation without decoding any.
fn check_frames(bytes: &[u8], format: ImageFormat, max: usize) -> Result<(), PictureRefusal> {
    let has_more = match format {
        ImageFormat::Gif => gif_has_more(bytes, max),
        ImageFormat::WebP => {
            let decoder = image_webp::WebPDecoder::new(Cursor::new(bytes));
            decoder.is_ok_and(|decoder| decoder.num_frames() as usize > max)
        }
        ImageFormat::Png => {
            let mut decoder = png::Decoder::new(Cursor::new(bytes));
            decoder.set_ignore_text_chunk(true);
            decoder.set_ignore_iccp_chunk(true);
            decoder.read_info().is_ok_and(|reader| {
                let animation = reader.info().animation_control();
                animation.is_some_and(|control| control.num_frames as usize > max)
            })
        }
        ImageFormat::Jpeg => false,
        _ => return Err(PictureRefusal::NotAnImage),
    };
    if has_more {
        return Err(PictureRefusal::Frames { max });
    }
    Ok(())
}

fn gif_has_more(bytes: &[u8], max: usize) -> bool {
    let mut options = gif::DecodeOptions::new();
    options.skip_frame_decoding(true);
    let Ok(mut decoder) = options.read_info(bytes) else {
        return false;
    };
    let mut frames = 0;
    // What cannot be read after the first frame is not needed.
    while frames <= max && matches!(decoder.next_frame_info(), Ok(Some(_))) {
        frames += 1;
    }
    frames > max
}

#[cfg(test)]
mod tests;
