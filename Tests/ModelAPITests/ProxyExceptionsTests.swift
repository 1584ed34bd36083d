import Testing

@testable import ModelAPI

/// Which hosts `no_proxy` names.
struct ProxyExceptionsTests {
  private static let namedHosts: [(String, String, Int)] = [
    ("example.com", "example.com", 443), ("example.com", "API.Example.com.", 443),
    (".example.com", "a.example.com", 80),
    (".example.com", "example.com", 80), ("*.example.com", "a.b.example.com", 80), ("a, b\tc d", "c", 80),
    ("*", "x", 1),
    ("example.com:8080", "example.com", 8080), (".example.com:8080", "a.example.com", 8080),
    ("10.0.0.0/8", "10.200.3.4", 80), ("192.168.1.0/25", "192.168.1.127", 80), ("0.0.0.0/0", "8.8.8.8", 80),
    ("172.16.0.0/12", "172.31.255.255", 80), ("10.1.2.3", "10.1.2.3", 80), ("10.1.2.3:8000", "10.1.2.3", 8000),
    ("10.1.2.3/32", "10.1.2.3", 80), ("fd00::/8", "fd12:3456::1", 80), ("::/0", "2001:db8::1", 80),
    ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1", 80), ("[2001:db8::1]", "2001:db8::1", 80),
    ("[2001:db8::1]:8000", "2001:db8::1", 8000), ("2001:db8:8000::/33", "2001:db8:ffff::1", 80),
    ("10.0.0.0/8", "::ffff:10.1.1.1", 80), ("fe80::1", "fe80::1%eth0", 80),
  ]

  @Test(arguments: namedHosts)
  func named(_ list: String, _ host: String, _ port: Int) {
    #expect(ProxyExceptions(list).contains(host: host, port: port), "\(list) \(host):\(port)")
  }

  private static let othersHosts: [(String, String, Int)] = [
    ("", "example.com", 443), ("example.com", "notexample.com", 443), ("example.com", "example.com.evil.test", 80),
    ("example.com:8080", "example.com", 443), ("10.0.0.0/8", "11.0.0.1", 80), ("10.0.0.0/8", "10.example.com", 80),
    ("192.168.1.0/25", "192.168.1.128", 80), ("10.0.0.0/33", "10.0.0.1", 80), ("10.0.0.0/-1", "10.0.0.1", 80),
    ("10.0.0.0/x", "10.0.0.1", 80), ("10.1.2.3", "10.1.2.30", 80), ("10.1.2.3", "x.10.1.2.3", 80),
    ("10.1.2.3:8000", "10.1.2.3", 80), ("fd00::/8", "fe80::1", 80), ("fd00::/8", "10.0.0.1", 80),
    ("[2001:db8::1]:8000", "2001:db8::1", 80), ("2001:db8:8000::/33", "2001:db8:7fff::1", 80),
    ("example.com:http", "example.com", 80), ("example.com:0", "example.com", 80), (".", "example.com", 80),
    ("..,*.,:80,/8,[", "example.com", 80), ("example", "example.com", 80),
  ]

  @Test(arguments: othersHosts)
  func notNamed(_ list: String, _ host: String, _ port: Int) {
    #expect(!ProxyExceptions(list).contains(host: host, port: port), "\(list) \(host):\(port)")
  }
}
