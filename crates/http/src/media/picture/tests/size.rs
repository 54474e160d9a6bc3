//! How large pictures are stored.

use super::*;

/// A picture in which no two neighbours are alike, as photographs are none.
fn photograph(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    let mut noise = |most: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % most
    };
    RgbImage::from_fn(width, height, |x, y| {
        let light = (x * 90 / width) + (y * 90 / height);
        Rgb([
            light + noise(30),
            light + noise(30) + 20,
            200 - light + noise(30),
        ]
        .map(|value| u8::try_from(value).unwrap()))
    })
    .into()
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality);
    picture.write_with_encoder(encoder).unwrap();
    out
}

fn lossy_webp(picture: &DynamicImage, quality: f32) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let encoder = match picture {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        other => webp::Encoder::from_rgb(other.as_bytes(), width, height),
    };
    encoder.encode(quality).to_vec()
}

/// With a clear corner.
fn cut_out(picture: &DynamicImage) -> DynamicImage {
    let mut pixels = picture.to_rgba8();
    for pixel in pixels.pixels_mut().take(3000) {
        pixel[3] = 0;
    }
    pixels.into()
}

#[test]
fn nothing_becomes_more_than_twice_as_large() {
    let photo = photograph(320, 240);
    let drawing = sample(320, 240);
    let files = [
        ("a good JPEG", jpeg(&photo, 95)),
        ("a small JPEG", jpeg(&photo, 40)),
        ("a tiny JPEG", jpeg(&photo, 8)),
        ("a flat JPEG", jpeg(&RgbImage::new(320, 240).into(), 75)),
        ("a lossy WebP", lossy_webp(&photo, 75.0)),
        ("a small lossy WebP", lossy_webp(&photo, 20.0)),
        ("a lossy cut-out", lossy_webp(&cut_out(&photo), 60.0)),
        ("a WebP without losses", file_of(&photo, ImageFormat::WebP)),
        ("a drawing in WebP", file_of(&drawing, ImageFormat::WebP)),
        ("a PNG", file_of(&photo, ImageFormat::Png)),
        ("a drawing in PNG", file_of(&drawing, ImageFormat::Png)),
        (
            "a cut-out in PNG",
            file_of(&cut_out(&photo), ImageFormat::Png),
        ),
        ("a GIF", file_of(&photo, ImageFormat::Gif)),
        ("a drawing in GIF", file_of(&drawing, ImageFormat::Gif)),
        ("a BMP", file_of(&photo, ImageFormat::Bmp)),
        ("a TIFF", file_of(&photo, ImageFormat::Tiff)),
        (
            "a grey PNG",
            file_of(&photo.to_luma8().into(), ImageFormat::Png),
        ),
    ];
    for (name, sent) in files {
        let out = encode_anew(&sent, &limits()).unwrap();

        assert_eq!(decoded(&out).dimensions(), (320, 240), "{name}");
        let (before, after) = (sent.len(), out.len());
        assert!(after <= 2 * before, "{name}: {before} bytes became {after}");
    }
}

#[test]
fn picture_of_few_colors_is_stored_exactly_and_small() {
    for colors in [2, 3, 9, 200] {
        let picture = RgbaImage::from_fn(37, 11, |x, y| {
            let color = u8::try_from((x + y * 37) % colors).unwrap();
            Rgba([color, 7, 255 - color, if color == 1 { 0 } else { 255 }])
        });
        let picture = DynamicImage::from(picture);

        let out = encode_anew(&file_of(&picture, ImageFormat::Png), &limits()).unwrap();

        assert_eq!(out.get(25), Some(&3), "a palette");
        assert_eq!(decoded(&out).to_rgba8(), picture.to_rgba8(), "{colors}");
    }
}

#[test]
fn lossy_picture_with_transparency_keeps_it() {
    let sent = lossy_webp(&cut_out(&photograph(320, 240)), 60.0);

    let out = stored(&sent);

    assert_eq!(out.get_pixel(0, 0)[3], 0);
    assert_eq!(out.get_pixel(300, 200)[3], 255);
}
