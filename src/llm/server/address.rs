//! Where a server is: `http://HOST:PORT/v1`.

use std::fmt;
use std::net::IpAddr;

use super::super::server_error::ServerError;

/// Where a server is. What may be secret of it (its query) is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is `https`.
    pub(super) tls: bool,
    /// A name, or an IP address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// `/v1`, without a slash at its end.
    base: String,
    /// `?…`, or nothing.
    query: String,
}

impl Address {
    /// Whether `typed` is meant as one.
    pub fn is_meant(typed: &str) -> bool {
        let start = typed.get(..8).unwrap_or(typed).to_ascii_lowercase();
        start.starts_with("http://") || start.starts_with("https://")
    }

    /// Reads an address. Without a path it is the usual one, `/v1`; the path of an endpoint is cut down to what all of them have.
    pub fn parse(typed: &str) -> Result<Self, ServerError> {
        let bad = |reason| ServerError::Address { typed: shown(typed), reason };
        let (scheme, rest) = typed.trim().split_once("://").ok_or_else(|| bad("it does not begin with http:// or https://"))?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(bad("it does not begin with http:// or https://")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(bad("a name and a password do not belong in it: name the variable with the key as `key_env` in config.toml"));
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(|| bad("its [ is not closed"))?;
                (host, port.strip_prefix(':'))
            }
            None => match authority.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || !host.chars().all(sound) {
            return Err(bad("it names no host"));
        }
        if host.contains(':') && host.parse::<IpAddr>().is_err() {
            return Err(bad("it names no host"));
        }
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(|| bad("its port is no number of 1 to 65535"))?,
            None if tls => 443,
            None => 80,
        };
        let path = path.split('#').next().unwrap_or_default();
        let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
        let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable(path) || !printable(query) {
            return Err(bad("it holds a character that has to be written as %XX"));
        }
        let base = path.trim_end_matches('/');
        let base = ["/chat/completions", "/completions", "/models"].iter().find_map(|end| base.strip_suffix(end)).unwrap_or(base);
        let base = if base.is_empty() { "/v1" } else { base };
        Ok(Self { tls, host: host.to_ascii_lowercase(), port, base: base.into(), query: query.into() })
    }

    /// Whether it is this machine by its name: what is sent there does not leave it.
    pub fn is_this_machine(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_unspecified(),
            Ok(IpAddr::V6(ip)) => {
                ip.is_loopback() || ip.is_unspecified() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback() || ip.is_unspecified())
            }
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// The whole address of `path` (`/models`), with its query: not to be shown.
    pub(super) fn uri(&self, path: &str) -> String {
        format!("{}{}{path}{}", self.origin(), self.base, self.query)
    }

    /// The same of what stands beside the base (`/tokenize`).
    pub(super) fn uri_beside(&self, path: &str) -> String {
        let beside = self.base.strip_suffix("/v1").unwrap_or(&self.base);
        format!("{}{beside}{path}{}", self.origin(), self.query)
    }

    fn origin(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => format!("{scheme}://{host}"),
            (_, port) => format!("{scheme}://{host}:{port}"),
        }
    }
}

/// What was typed, without what may be secret: a name before `@`, and a query.
fn shown(typed: &str) -> String {
    let typed = typed.split('?').next().unwrap_or_default();
    let host = typed.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = typed.split_at(host);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    crate::text::sanitize(&format!("{scheme}{rest}")).into_owned()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.base)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &str, here: bool) {
        let address = Address::parse(typed).unwrap();
        assert_eq!((address.to_string().as_str(), address.is_this_machine()), (expected, here), "{typed}");
    }

    #[test]
    fn addresses_are_read() {
        check("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", true);
        check("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1", true);
        check("HTTP://LocalHost:11434/", "http://localhost:11434/v1", true);
        check("http://[::1]:80/v1/", "http://[::1]/v1", true);
        check("http://[::ffff:127.0.0.1]:1/v1", "http://[::ffff:127.0.0.1]:1/v1", true);
        check("http://0.0.0.0:8000/v1", "http://0.0.0.0:8000/v1", true);
        check("https://models.example/openai/v1/chat/completions", "https://models.example/openai/v1", false);
        check("https://models.example:8443/v1?api-version=1#m", "https://models.example:8443/v1", false);
        check("http://localhost.example/v1", "http://localhost.example/v1", false);
        check("http://127.0.0.1.example/v1", "http://127.0.0.1.example/v1", false);
        check("http://10.0.0.7:8000/v1", "http://10.0.0.7:8000/v1", false);
        let with_query = Address::parse("https://h/v1?k=1").unwrap();
        assert_eq!(
            (with_query.uri("/models").as_str(), with_query.uri_beside("/tokenize").as_str()),
            ("https://h/v1/models?k=1", "https://h/tokenize?k=1")
        );
    }

    #[track_caller]
    fn check_bad(typed: &str, expected: &str) {
        let error = Address::parse(typed).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_no_address_is_said() {
        check_bad("ftp://h/v1", "does not begin with http");
        check_bad("http:///v1", "names no host");
        check_bad("http://h:99999/v1", "its port");
        check_bad("http://[::1/v1", "not closed");
        check_bad("http://a b/v1", "names no host");
        check_bad("http://h/v 1", "%XX");
    }

    #[test]
    fn secrets_in_an_address_are_never_shown() {
        let error = Address::parse("https://me:hunter2@h/v1?key=s3cret").unwrap_err();
        let address = Address::parse("https://h/v1?key=s3cret").unwrap();
        let shown = format!("{error} {error:?} {address} {address:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("s3cret"), "{shown}");
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_comes_back(typed in "(https?://)?[a-z0-9.:\\[\\]@/?#é-]{0,40}") {
            if let Ok(address) = Address::parse(&typed) {
                prop_assert_eq!(Address::parse(&address.to_string()).unwrap().to_string(), address.to_string());
            }
        }
    }
}
