//! The format that a picture is stored in. The content decides: what came with losses is stored with losses, what came
//! without is stored without, and nothing becomes much larger than it came.

mod palette;

use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use palette::Palette;
use png::Compression;

/// How much larger a picture may become before another way is tried.
const GROWTH: usize = 2;
/// Of 1 to 100. What cameras write is not visibly worse by the first one.
const JPEG_QUALITIES: [u8; 6] = [90, 80, 65, 50, 30, 12];
const WEBP_QUALITIES: [u8; 5] = [85, 70, 50, 25, 5];
/// Of 0 to 6: more takes several times as long and saves little.
const WEBP_EFFORT: i32 = 2;

/// What a picture came as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Jpeg,
    LossyWebP,
    LosslessWebP,
    /// PNG, GIF, BMP and TIFF.
    Lossless,
}

/// A way to store a picture.
#[derive(Clone, Copy, Debug)]
enum Way {
    Png(Compression),
    LosslessWebP,
    WebP(u8),
    Jpeg(u8),
}

impl Source {
    pub(super) fn of(bytes: &[u8], format: ImageFormat) -> Self {
        match format {
            ImageFormat::Jpeg => Self::Jpeg,
            // The name of the chunk that holds pixels without losses.
            ImageFormat::WebP if memchr::memmem::find(bytes, b"VP8L").is_some() => {
                Self::LosslessWebP
            }
            ImageFormat::WebP => Self::LossyWebP,
            _ => Self::Lossless,
        }
    }

    /// What is tried, in the order of preference.
    fn ways(self, is_opaque: bool) -> Vec<Way> {
        let (jpegs, webps) = (JPEG_QUALITIES.map(Way::Jpeg), WEBP_QUALITIES.map(Way::WebP));
        let pngs = [Compression::Fast, Compression::Balanced].map(Way::Png);
        // JPEG has no transparency.
        let lossy: &[_] = if is_opaque { &jpegs } else { &webps };
        match self {
            Self::Jpeg => lossy.to_vec(),
            Self::LossyWebP => [webps.as_slice(), lossy].concat(),
            Self::LosslessWebP => [&[Way::LosslessWebP], pngs.as_slice(), lossy].concat(),
            Self::Lossless => [pngs.as_slice(), lossy].concat(),
        }
    }
}

/// Stores a picture of eight bits that came in so many bytes, in the first way that does not make it much larger, or else
/// in the smallest.
pub(super) fn encode(picture: DynamicImage, source: Source, sent: usize) -> Option<Vec<u8>> {
    let picture = without_idle_alpha(picture);
    let most = sent.saturating_mul(GROWTH);
    let mut smallest: Option<Vec<u8>> = None;
    for way in source.ways(!picture.color().has_alpha()) {
        let Some(encoded) = way.encode(&picture) else {
            continue;
        };
        if encoded.len() <= most {
            return Some(encoded);
        }
        if smallest
            .as_ref()
            .is_none_or(|least| encoded.len() < least.len())
        {
            smallest = Some(encoded);
        }
    }
    smallest
}

impl Way {
    /// `None` for a picture that cannot be stored so.
    fn encode(self, picture: &DynamicImage) -> Option<Vec<u8>> {
        match self {
            Self::Png(compression) => png(picture, compression),
            Self::LosslessWebP => webp(picture, None),
            Self::WebP(quality) => webp(picture, Some(quality)),
            Self::Jpeg(quality) => jpeg(picture, quality),
        }
    }
}

fn png(picture: &DynamicImage, compression: Compression) -> Option<Vec<u8>> {
    if let Some(palette) = Palette::of(picture) {
        return palette.encode(picture, compression);
    }
    let mut out = Vec::new();
    let compression = match compression {
        Compression::Fast => image::codecs::png::CompressionType::Fast,
        _ => image::codecs::png::CompressionType::Default,
    };
    let encoder = PngEncoder::new_with_quality(
        &mut out,
        compression,
        image::codecs::png::FilterType::Adaptive,
    );
    let (width, height) = (picture.width(), picture.height());
    let color = picture.color().into();
    let written = encoder.write_image(picture.as_bytes(), width, height, color);
    written.ok().map(|()| out)
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let width = u16::try_from(picture.width()).ok()?;
    let height = u16::try_from(picture.height()).ok()?;
    let color = match picture {
        DynamicImage::ImageRgb8(_) => ColorType::Rgb,
        DynamicImage::ImageLuma8(_) => ColorType::Luma,
        _ => return None,
    };
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_chroma_subsampling_method(jpeg_encoder::ChromaSubsamplingMethod::Average);
    let written = encoder.encode(picture.as_bytes(), width, height, color);
    written.ok().map(|()| out)
}

/// Without a quality, without losses.
fn webp(picture: &DynamicImage, quality: Option<u8>) -> Option<Vec<u8>> {
    let converted;
    let picture = match picture {
        DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => picture,
        DynamicImage::ImageLumaA8(_) => {
            converted = picture.to_rgba8().into();
            &converted
        }
        _ => {
            converted = picture.to_rgb8().into();
            &converted
        }
    };
    let (width, height) = (picture.width(), picture.height());
    let encoder = if picture.color().has_alpha() {
        webp::Encoder::from_rgba(picture.as_bytes(), width, height)
    } else {
        webp::Encoder::from_rgb(picture.as_bytes(), width, height)
    };
    let mut config = webp::WebPConfig::new().ok()?;
    config.lossless = i32::from(quality.is_none());
    config.quality = quality.map_or(20.0, f32::from);
    config.method = WEBP_EFFORT;
    let file = encoder.encode_advanced(&config).ok()?;
    Some(file.to_vec())
}

/// Without an alpha channel in which all pixels are opaque.
fn without_idle_alpha(picture: DynamicImage) -> DynamicImage {
    let channels = usize::from(picture.color().channel_count());
    let mut pixels = picture.as_bytes().chunks_exact(channels);
    if !picture.color().has_alpha() || pixels.any(|pixel| pixel.last() != Some(&u8::MAX)) {
        return picture;
    }
    if picture.color().has_color() {
        picture.into_rgb8().into()
    } else {
        picture.into_luma8().into()
    }
}
