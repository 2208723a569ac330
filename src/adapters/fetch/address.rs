//! The network addresses that outgoing requests may connect to.
//!
//! A user who chooses the URL of a webhook could otherwise make this server connect to what only it can reach: its own
//! ports, hosts in its network, the metadata service of a cloud (SSRF). So only addresses of the public internet are
//! permitted, and networks that the operator configured. The address is checked, never the name.

use std::net::IpAddr;

use ipnet::IpNet;

/// What is not the public internet (the special-purpose registries of RFC 6890 with their later entries).
const RESERVED_V4: [&str; 16] = [
    "0.0.0.0/8",       // this host
    "10.0.0.0/8",      // private
    "100.64.0.0/10",   // carrier-grade NAT
    "127.0.0.0/8",     // loopback
    "169.254.0.0/16",  // link-local, with the metadata services of clouds
    "172.16.0.0/12",   // private
    "192.0.0.0/24",    // protocol assignments
    "192.0.2.0/24",    // documentation
    "192.31.196.0/24", // AS112
    "192.52.193.0/24", // AMT
    "192.88.99.0/24",  // 6to4 relays
    "192.168.0.0/16",  // private
    "198.18.0.0/15",   // benchmarks
    "198.51.100.0/24", // documentation
    "203.0.113.0/24",  // documentation
    "224.0.0.0/3",     // multicast, reserved, broadcast
];

/// The only part of IPv6 that is assigned to the public internet. Not in it: loopback, unspecified, unique local,
/// link-local, multicast, NAT64 (`64:ff9b::/96` and `64:ff9b:1::/48`), discard-only.
const GLOBAL_V6: &str = "2000::/3";

/// The parts of [`GLOBAL_V6`] that are not public.
const RESERVED_V6: [&str; 5] = [
    "2001::/23",     // protocol assignments, among them Teredo and ORCHID
    "2001:db8::/32", // documentation
    "2002::/16",     // 6to4, which carries an IPv4 address
    "3ffe::/16",     // the former 6bone
    "3fff::/20",     // documentation
];

/// The addresses that may be connected to.
#[derive(Clone, Debug)]
pub(super) struct Permitted {
    reserved: Vec<IpNet>,
    global_v6: Option<IpNet>,
    by_operator: Vec<IpNet>,
}

impl Permitted {
    /// The public internet and these networks.
    pub(super) fn with(by_operator: Vec<IpNet>) -> Self {
        let reserved = RESERVED_V4.iter().chain(&RESERVED_V6).filter_map(|network| network.parse().ok()).collect();
        Self { reserved, global_v6: GLOBAL_V6.parse().ok(), by_operator }
    }

    /// The networks besides the public internet.
    pub(super) fn by_operator(&self) -> &[IpNet] {
        &self.by_operator
    }

    /// Whether a connection to this address is permitted. An IPv4-mapped IPv6 address is checked as the IPv4 address.
    pub(super) fn is_fine(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if self.by_operator.iter().any(|network| network.contains(&address)) {
            return true;
        }
        let is_unicast = address.is_ipv4() || self.global_v6.is_some_and(|global| global.contains(&address));
        is_unicast && !self.reserved.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(permitted: &Permitted, address: &str) -> bool {
        permitted.is_fine(address.parse().unwrap())
    }

    #[test]
    fn the_public_internet_is_fine() {
        let permitted = Permitted::with(Vec::new());
        for address in [
            "1.1.1.1",
            "93.184.215.14",
            "172.15.255.255",
            "172.32.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "192.0.1.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_fine(&permitted, address), "{address}");
        }
    }

    #[test]
    fn whatever_is_not_the_public_internet_is_refused() {
        let permitted = Permitted::with(Vec::new());
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3ffe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_fine(&permitted, address), "{address}");
        }
    }

    #[test]
    fn every_network_of_the_tables_is_one() {
        let permitted = Permitted::with(Vec::new());
        assert_eq!(permitted.reserved.len(), RESERVED_V4.len() + RESERVED_V6.len());
        assert!(permitted.global_v6.is_some());
    }

    #[test]
    fn the_operator_may_permit_networks_and_nothing_beside_them() {
        let permitted = Permitted::with(vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"] {
            assert!(is_fine(&permitted, address), "{address}");
        }
        for address in ["10.2.0.1", "127.0.0.1", "fc00::1"] {
            assert!(!is_fine(&permitted, address), "{address}");
        }
    }
}
