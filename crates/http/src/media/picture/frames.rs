//! Frames of animations, of which one is kept.

use std::io::Cursor;

use image::ImageFormat;

use super::refusal::PictureRefusal;

/// Counts the frames of an animation without decoding any.
///
/// # Errors
/// [`PictureRefusal::Frames`]
pub(super) fn check(bytes: &[u8], format: ImageFormat, max: usize) -> Result<(), PictureRefusal> {
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
        _ => false,
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
