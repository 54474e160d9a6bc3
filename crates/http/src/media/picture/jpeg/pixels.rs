//! The pixels of a JPEG, from the decoder that gets them right.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder, RgbImage};
use jpeg_decoder::{ColorTransform, PixelFormat};

use super::coding::{self, Decoder};
use crate::media::picture::refusal::PictureRefusal;

/// Decodes a picture, of which `usual` has read the header.
///
/// # Errors
/// [`PictureRefusal`]: no decoder gets it right, or within the memory; or pixels are missing.
pub(in crate::media::picture) fn pixels(
    jpeg: &[u8],
    usual: impl ImageDecoder,
    max_bytes: u64,
) -> Result<DynamicImage, PictureRefusal> {
    match coding::decoder_of(jpeg)? {
        Decoder::Usual => {
            DynamicImage::from_decoder(usual).map_err(|_error| PictureRefusal::NotAnImage)
        }
        Decoder::Other {
            colors,
            is_progressive,
        } => {
            // Coefficients, planes and pixels are held at once: four times the pixels, where all else holds three times as many.
            let max = if is_progressive {
                max_bytes / 4 * 3
            } else {
                max_bytes
            };
            let bytes = usual.total_bytes();
            if bytes > max {
                return Err(PictureRefusal::Memory { max, bytes });
            }
            let size = usual.dimensions();
            drop(usual);
            by_the_other(jpeg, size, colors).ok_or(PictureRefusal::NotAnImage)
        }
    }
}

fn by_the_other(
    jpeg: &[u8],
    (width, height): (u32, u32),
    colors: ColorTransform,
) -> Option<DynamicImage> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(jpeg));
    decoder.set_color_transform(colors);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    if (u32::from(info.width), u32::from(info.height)) != (width, height) {
        return None;
    }
    let samples = decoder.decode().ok()?;
    drop(decoder);
    match info.pixel_format {
        PixelFormat::L8 => GrayImage::from_vec(width, height, samples).map(Into::into),
        PixelFormat::L16 => None,
        PixelFormat::RGB24 => RgbImage::from_vec(width, height, samples).map(Into::into),
        PixelFormat::CMYK32 => {
            let rgb = samples.chunks_exact(4).flat_map(rgb_of).collect();
            RgbImage::from_vec(width, height, rgb).map(Into::into)
        }
    }
}

/// Of ink, as Pillow has it.
fn rgb_of(cmyk: &[u8]) -> [u8; 3] {
    let light = |ink: u8| u16::from(u8::MAX - ink);
    match cmyk {
        [cyan, magenta, yellow, key] => [cyan, magenta, yellow].map(|ink| {
            let product = light(*ink) * light(*key) / u16::from(u8::MAX);
            u8::try_from(product).unwrap_or(u8::MAX)
        }),
        _ => [0; 3],
    }
}
