import Testing

@testable import DataChecks

@Suite struct PersonalDataTests {
  private func kinds(_ text: String) -> [PersonalData.Kind] { PersonalData.matches(in: text).map(\.kind) }

  @Test(arguments: [
    ("Write to jane.doe+x@mail.acme.co.uk, please.", PersonalData.Kind.email),
    ("<müller@firma.de>", .email),
    ("call +49 (0)30 901820", .phone),
    ("call (212) 736-5000 today", .phone),
    ("212-736-5000", .phone),
    ("Tel. 030 901 820 33", .phone),
    ("DE89 3704 0044 0532 0130 00", .iban),
    ("GB82WEST12345698765432.", .iban),
    ("card 4111 1111 1111 1111 expires", .card),
    ("378282246310005", .card),
    ("3782 822463 10005", .card),
    ("from 84.23.191.7:", .address),
    ("2a02:8108:8ac0:1::7f3a is mine", .address),
    ("SSN 536-90-4399", .socialSecurity),
    ("key AKIAIOSFODNN7EXAMPLE", .secret),
    ("sk-proj-abcdEFGH1234ijklMNOP5678", .secret),
    ("token=ghp_16C7e42F292c6912E7710c838347Ae178B4a", .secret),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", .secret),
  ])
  func foundByShape(text: String, kind: PersonalData.Kind) {
    #expect(kinds(text) == [kind], "\(text)")
  }

  @Test(arguments: [
    "", "@", "a@b", "jane@example.com", "user@host.example.org", "me@mail.test", "@swift 6.2.1",
    "order 4111 1111 1111 1112", "0000000000000000", "on 2024-01-31 12:30", "1.2.3", "version 1.2.3.4", "v10.2.3.4",
    "192.168.0.1 and 10.0.0.8 and 127.0.0.1", "DE89 3704 0044 0532 0130 01", "000-12-3456", "900-12-3456",
    "536-00-4399",
    "sk-your-secret-key-goes-here-please", "the 12 monkeys", "1,234,567,890", "ISBN 978-3-16-148410-0",
    "3.14159265358979",
    "12:30:45", "::", "call 555-0123", "price 1 000 000", "fe80::1", "2001:db8::1", "-----BEGIN CERTIFICATE-----",
    "ticket 20240131", "abc@def.", "作@作", "+", "+1", "(", "DE", "AB12 3456",
  ])
  func leftAlone(text: String) {
    #expect(kinds(text) == [], "\(text)")
  }

  @Test func nothingIsShownInFull() {
    let secrets = [
      "jane.doe@acme.io", "4111 1111 1111 1111", "DE89370400440532013000", "536-90-4399",
      "sk-proj-abcdEFGH1234ijklMNOP5678", "+49 30 901820", "84.23.191.7",
    ]
    var rows = goodRows(60)
    for (place, secret) in secrets.enumerated() { rows[place].prompt += " " + secret + " ba" }
    let report = report(rows)
    let check = report.check(.personal)
    #expect(check.status == .bad)
    #expect(check.value == Double(secrets.count))
    #expect(check.findings.count == secrets.count)
    let text = report.json.text()
    for secret in secrets { #expect(!text.contains(secret), "\(secret)") }
    #expect(!text.contains("jane") && !text.contains("901820") && !text.contains("abcdEFGH"))
    #expect(check.lines("e-mail") == [1])
    #expect(check.finding("e-mail")?.note == "j…@a….io")
  }

  @Test func addressesAloneAreWorthALook() {
    var rows = goodRows(60)
    rows[3].answer = "ask jane@acme.io"
    rows[4].system = "Mail to team@acme.io."
    let check = report(rows).check(.personal)
    #expect(check.status == .look)
    #expect(check.value == 2)
  }
}
