//! What clients are told of files that are not taken.

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::media) enum PictureRefusal {
    /// The framework's message.
    #[error(
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
    )]
    NotAnImage,
    #[error("{0} images are not supported. Upload a JPEG, PNG, WebP, GIF, BMP or TIFF image.")]
    Unsupported(&'static str),
    #[error(
        "{0} images of this rare coding are not supported. Save the image as an ordinary JPEG or PNG."
    )]
    RareCoding(&'static str),
    #[error(
        "Ensure this image is at most {0} by {1} pixels (it is {2} by {3}).",
        max.0, max.1, size.0, size.1
    )]
    Dimensions { max: (u32, u32), size: (u32, u32) },
    #[error("Ensure the pixels of this image take at most {max} bytes (they take {bytes}).")]
    Memory { max: u64, bytes: u64 },
    #[error("Ensure this image has at most {max} frames.")]
    Frames { max: usize },
    #[error("Ensure the color profile of this image takes at most {max} bytes.")]
    Profile { max: usize },
}
