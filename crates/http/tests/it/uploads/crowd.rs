//! Many uploads at once.

use image::{DynamicImage, Rgb, RgbImage};

use super::Uploads;

/// What a phone of so many pixels makes: soft, with some noise.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let light = u8::try_from((x * 100 / width) + (y * 100 / height)).unwrap();
        let noise = u8::try_from(state >> 29).unwrap();
        Rgb([light + noise, 250 - light, light / 2 + noise])
    });
    jpeg(&pixels.into())
}

fn jpeg(picture: &DynamicImage) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 85);
    picture.write_with_encoder(encoder).unwrap();
    out
}

#[actix_web::test]
async fn fifty_photographs_at_once_are_all_stored() {
    let uploads = Uploads::new();
    let photograph = photograph(1200, 900);

    let answers = uploads.upload_together(50, &photograph).await;

    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200; 50]);
}

#[actix_web::test]
async fn photograph_of_48_megapixels_is_within_the_defaults() {
    let uploads = Uploads::new();

    let path = uploads
        .upload("new.jpg", &jpeg(&RgbImage::new(8064, 6048).into()))
        .await;

    let stored = uploads.get(&path).await;
    let stored = image::load_from_memory(&stored.bytes).unwrap();
    assert_eq!((stored.width(), stored.height()), (8064, 6048));
}
