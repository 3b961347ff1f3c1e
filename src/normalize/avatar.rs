//! The avatar cell → an address of the web, or a picture in a folder that the user has named. The
//! only place where a row's data leads to a file, so it reads nothing outside of that folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::problem;
use crate::contact::{Avatar, Field};
use crate::map::Draft;
use crate::problem::{Code, Problem};
use crate::text::trim;

/// What a platform takes as a picture.
#[derive(Debug, Clone)]
pub struct AvatarRules {
    /// The folder that holds the pictures; without one, no file is read.
    pub folder: Option<PathBuf>,
    /// Bytes of a picture at most.
    pub bytes_max: u64,
    /// The width and height that the platform recommends, in pixels.
    pub pixels: Option<usize>,
    /// Whether the platform takes a picture as a file, and not its address alone.
    pub takes_files: bool,
}

/// How much of a picture is read to know its kind and its size in pixels: a JPEG may have its
/// thumbnail and colours before them.
const HEAD_BYTES_MAX: u64 = 1 << 20;

/// The picture of a row, or none and a warning.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    rules: &AvatarRules,
    problems: &mut Vec<Problem<'r>>,
) -> Option<Avatar<'r>> {
    let text = trim(draft.get(Field::Avatar));
    if text.is_empty() {
        return None;
    }
    let mut say = |code: Code, detail: String| {
        problems.push(Problem { detail: detail.into(), ..problem(draft, Field::Avatar, code) });
    };
    if let Some((scheme, rest)) = text.split_once("://") {
        return match web_address(scheme, rest) {
            Ok(()) => Some(Avatar::Url(text)),
            Err(what) => {
                say(Code::AvatarInvalid, what.to_owned());
                None
            }
        };
    }
    match picture(text, rules) {
        Ok((width, height)) => {
            if let Some(pixels) = rules.pixels.filter(|it| (*it, *it) != (width, height)) {
                let detail = format!("{width}×{height} pixels; {pixels}×{pixels} is recommended");
                say(Code::AvatarDimensions, detail);
            }
            Some(Avatar::File(text))
        }
        Err(what) => {
            say(Code::AvatarInvalid, what);
            None
        }
    }
}

/// Whether the parts of a URL before and after `://` make an address of the web.
fn web_address(scheme: &str, rest: &str) -> Result<(), &'static str> {
    const BYTES_MAX: usize = 2_000;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err("an address begins with https:// or http://");
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit('@').next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    if name.is_empty() || name.starts_with('.') || !name.contains(|c: char| c.is_alphanumeric()) {
        return Err("the address names no host");
    }
    if rest.len() > BYTES_MAX {
        return Err("the address is longer than 2,000 bytes");
    }
    let foreign = |c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c);
    if rest.contains(foreign) {
        return Err("the address has a character that must be written as %XX, such as a space");
    }
    Ok(())
}

/// The width and height of the picture that a cell names.
fn picture(text: &str, rules: &AvatarRules) -> Result<(usize, usize), String> {
    if !rules.takes_files {
        return Err("the platform takes an address that begins with https://".to_owned());
    }
    let Some(folder) = &rules.folder else {
        return Err("a file is looked for only in a folder given by --avatar-dir".to_owned());
    };
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(text).components().all(inside) {
        return Err("the path leads out of the folder of --avatar-dir".to_owned());
    }
    let unreadable = |cause: io::Error| format!("the file cannot be read: {cause}");
    let full = folder.join(text).canonicalize().map_err(unreadable)?;
    if !full.starts_with(folder) {
        return Err("the path leads out of the folder of --avatar-dir".to_owned());
    }
    // A named pipe would be waited for, so it is not opened.
    let facts = full.metadata().map_err(unreadable)?;
    if !facts.is_file() {
        return Err("this is no file".to_owned());
    }
    if facts.len() > rules.bytes_max {
        let (bytes, max) = (facts.len(), rules.bytes_max);
        return Err(format!("the file has {bytes} bytes, the platform takes {max}"));
    }
    let mut head = Vec::new();
    let file = File::open(&full).map_err(unreadable)?;
    file.take(HEAD_BYTES_MAX).read_to_end(&mut head).map_err(unreadable)?;
    let is_one = matches!(
        imagesize::image_type(&head),
        Ok(imagesize::ImageType::Jpeg | imagesize::ImageType::Png)
    );
    if !is_one {
        return Err("by its bytes the file is neither a JPG nor a PNG".to_owned());
    }
    match imagesize::blob_size(&head) {
        Ok(size) => Ok((size.width, size.height)),
        Err(_) => Err("the file begins as a picture and is none".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_web_names_a_host_and_has_no_spaces() {
        for good in ["https://x.co/a.png", "http://cdn.example.com:8080/a?b=c", "HTTPS://1.2.3.4"] {
            let (scheme, rest) = good.split_once("://").expect("an address");
            assert_eq!(web_address(scheme, rest), Ok(()), "{good}");
        }
        for bad in ["ftp://x.co/a", "https:///a.png", "https://?a", "https://x.co/a b", "https://."]
        {
            let (scheme, rest) = bad.split_once("://").expect("an address");
            assert!(web_address(scheme, rest).is_err(), "{bad}");
        }
    }

    /// The beginning of a PNG of that size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let start: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
        [start, &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
    }

    #[test]
    fn a_picture_is_known_by_its_bytes_and_never_looked_for_outside_of_its_folder() {
        let outside = tempfile::tempdir().expect("a folder");
        let folder = outside.path().join("avatars").canonicalize().unwrap_or_else(|_| {
            std::fs::create_dir(outside.path().join("avatars")).expect("a folder inside");
            outside.path().join("avatars").canonicalize().expect("it is there")
        });
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes);
        write("a.png", &png(512, 512)).expect("written");
        write("small.jpg", &png(100, 200)).expect("written");
        write("text.png", b"not a picture").expect("written");
        write("cut.png", &png(512, 512)[..12]).expect("written");
        write("large.png", &[png(512, 512), vec![0; 2000]].concat()).expect("written");
        std::fs::write(outside.path().join("secret.png"), png(512, 512)).expect("written");
        std::os::unix::fs::symlink("../secret.png", folder.join("link.png")).expect("linked");
        let rules = AvatarRules {
            folder: Some(folder.clone()),
            bytes_max: 1000,
            pixels: Some(512),
            takes_files: true,
        };
        assert_eq!(picture("a.png", &rules), Ok((512, 512)));
        assert_eq!(picture("./small.jpg", &rules), Ok((100, 200)), "the name says nothing");
        for (path, word) in [
            ("text.png", "neither"),
            ("cut.png", "begins as a picture"),
            ("large.png", "2029 bytes"),
            ("../secret.png", "out of the folder"),
            ("/etc/passwd", "out of the folder"),
            ("link.png", "out of the folder"),
            ("missing.png", "cannot be read"),
            (".", "no file"),
        ] {
            let said = picture(path, &rules).expect_err(path);
            assert!(said.contains(word), "{path}: {said}");
        }
        let nowhere = AvatarRules { folder: None, ..rules };
        assert!(picture("a.png", &nowhere).expect_err("no folder").contains("--avatar-dir"));
    }
}
