//! The files of a repository, as the hub lists them.

use std::io::Read;

use ureq::http::header::{AUTHORIZATION, LOCATION};

use super::catalogue::HubFile;
use super::hub::{REDIRECTS, agent, origin, said, text_of};
use super::repository::{RepoFile, read_list};
use super::{Hub, StoreError};

/// A page of the list is no longer.
const MAX_PAGE: u64 = 16 << 20;
/// Pages that are read: a thousand files each.
const MAX_PAGES: usize = 16;

/// A page, and where the next one lies.
enum Page {
    Some(String, Option<String>),
    NotThere,
}

impl Hub {
    /// The files of `repo`, with sizes and hashes where the hub tells them.
    pub fn list(&self, repo: &str) -> Result<Vec<RepoFile>, StoreError> {
        let failed = |reason: String| StoreError::Hub { reason };
        let file = HubFile { repo: repo.into(), file: "README.md".into() };
        let url = self.url(&file)?;
        let root =
            url.strip_suffix(&format!("/{repo}/resolve/main/README.md")).ok_or_else(|| failed(format!("{url} is no address of it")))?;
        // The tree tells sizes and hashes; mirrors may have the second alone.
        for address in ["tree/main?recursive=true", "revision/main"] {
            let mut next = Some(format!("{root}/api/models/{repo}/{address}"));
            let mut files = Vec::new();
            for _ in 0..MAX_PAGES {
                let Some(url) = next.take() else { return Ok(files) };
                match self.page(&url)? {
                    Page::NotThere => break,
                    Page::Some(text, more) => {
                        files.extend(read_list(&text).ok_or_else(|| failed("its list of files cannot be read".into()))?);
                        next = more;
                    }
                }
            }
            if !files.is_empty() {
                return Ok(files);
            }
        }
        Err(failed(format!("it has no repository {repo}, or shows it to those who may read it only")))
    }

    /// The token goes to the first host only.
    fn page(&self, url: &str) -> Result<Page, StoreError> {
        let failed = |reason: String| StoreError::Hub { reason };
        let agent = agent();
        let mut at = url.to_owned();
        for _ in 0..=REDIRECTS {
            let mut request = agent.get(&at);
            if let Some(token) = self.token().filter(|_| origin(&at) == origin(url)) {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let response = request.call().map_err(|error| failed(said(&error)))?;
            match response.status().as_u16() {
                301 | 302 | 303 | 307 | 308 => {
                    let location =
                        text_of(response.headers(), LOCATION.as_str()).ok_or_else(|| failed("it passes on to nowhere".into()))?;
                    at = if location.starts_with('/') { format!("{}{location}", origin(&at)) } else { location };
                }
                200 => {
                    let next =
                        text_of(response.headers(), "link").and_then(|link| next_of(&link)).filter(|next| origin(next) == origin(url));
                    let mut text = String::new();
                    let mut body = response.into_body().into_reader().take(MAX_PAGE);
                    body.read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
                    return Ok(Page::Some(text, next));
                }
                401 | 403 if self.token().is_none() => {
                    return Err(failed("the repository is not there, or needs a login, and HF_TOKEN is not set".into()));
                }
                401 | 403 => return Err(failed("the token may not read this repository".into())),
                404 => return Ok(Page::NotThere),
                status => return Err(failed(format!("it answers with HTTP status {status}"))),
            }
        }
        Err(failed(format!("it passes on more than {REDIRECTS} times")))
    }
}

/// The address in `<...>; rel="next"`.
fn next_of(link: &str) -> Option<String> {
    let entry = link.split(',').find(|entry| entry.contains("rel=\"next\""))?;
    entry.split_once('<')?.1.split_once('>').map(|(url, _)| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        assert_eq!(next_of("<http://h/api?cursor=x>; rel=\"next\""), Some("http://h/api?cursor=x".into()));
        assert_eq!(next_of("<http://h/a>; rel=\"prev\", <http://h/b>; rel=\"next\""), Some("http://h/b".into()));
        assert_eq!(next_of("<http://h/a>; rel=\"prev\""), None);
    }
}
