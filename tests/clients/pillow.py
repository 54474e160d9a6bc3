"""Pictures made and judged by Pillow. Reads {"make": [file], "judge": [base64]} and writes {"made": [base64], "judged": [picture]}.

A file is {"is": text, "format": name, "mode": name, "orientation": number, "profile": base64 or null, "options": {name: value}}:
the scene as a sensor sees it that is held so, with the orientation in its EXIF. A picture is {"size": [width, height], "blocks":
[[red, green, blue]]}: upright, in sRGB, over white, the means of blocks of the same size; or {"error": text}.
"""

import base64
import io
import json
import sys

from PIL import Image, ImageCms, ImageFile, ImageOps

# What has no end marker is loaded by some buffer sizes and not by others.
ImageFile.LOAD_TRUNCATED_IMAGES = True

SIZE = (240, 160)
BLOCKS = (12, 8)
CORNERS = {(0, 0): (200, 60, 40), (1, 0): (60, 180, 80), (0, 1): (40, 90, 200), (1, 1): (190, 180, 60)}
SENSOR = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene():
    """Four colors, lighter towards the right and with some structure, of which none looks like another when turned."""
    image = Image.new("RGB", SIZE)
    width, height = SIZE
    for y in range(height):
        for x in range(width):
            color = CORNERS[(2 * x // width, 2 * y // height)]
            light = 40 * x // width - 20 + (x * 7 + y * 13) % 5
            image.putpixel((x, y), tuple(channel + light for channel in color))
    return image


def make(file):
    orientation = file["orientation"]
    image = scene()
    if orientation in SENSOR:
        image = image.transpose(SENSOR[orientation])
    image = image.convert(file["mode"])
    if file["mode"] == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    options = dict(file["options"])
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "A Maker"
    if file["format"] not in ("BMP", "GIF"):
        options["exif"] = exif
    if file["profile"]:
        options["icc_profile"] = base64.b64decode(file["profile"])
    if file["format"] == "MPO":
        options |= {"save_all": True, "append_images": [Image.new("RGB", (60, 40), "black")]}
    out = io.BytesIO()
    image.save(out, file["format"], **options)
    return out.getvalue()


def in_srgb(image):
    profile = image.info.get("icc_profile")
    if image.mode not in ("RGB", "RGBA", "L"):
        return image.convert("RGBA")
    if not profile:
        return image.convert("RGBA")
    source, alpha = ImageCms.ImageCmsProfile(io.BytesIO(profile)), None
    if image.mode == "RGBA":
        alpha, image = image.getchannel("A"), image.convert("RGB")
    image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if alpha:
        image.putalpha(alpha)
    return image.convert("RGBA")


def judge(data):
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception as error:
        return {"error": str(error)}
    image = in_srgb(ImageOps.exif_transpose(image))
    flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    small = flat.resize(BLOCKS, Image.Resampling.BOX)
    blocks = [small.getpixel((x, y)) for y in range(BLOCKS[1]) for x in range(BLOCKS[0])]
    return {"size": image.size, "blocks": blocks}


def main():
    asked = json.load(sys.stdin)
    made = [base64.b64encode(make(file)).decode() for file in asked["make"]]
    judged = [judge(base64.b64decode(data)) for data in asked["judge"]]
    json.dump({"made": made, "judged": judged}, sys.stdout)


main()
