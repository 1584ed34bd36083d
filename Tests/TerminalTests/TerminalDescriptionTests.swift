import Testing

@testable import Terminal

@Suite struct TerminalDescriptionTests {
  @Test func riskyCapabilitiesAreTakenOutAndNothingElse() throws {
    let entry = try #require(TerminalDescription.entry(named: "xterm-256color", environment: [:]))
    let changed = try #require(TerminalDescription.plain(entry))
    #expect(changed.count == entry.count)
    #expect(zip(entry, changed).count { $0 != $1 } <= 17)
    #expect(changed != entry)
    #expect(TerminalDescription.inline(changed).hasPrefix("hex:1E02"))
  }

  @Test(arguments: [[], [1, 2, 3], Array(repeating: 0, count: 64), [0x1A, 0x01] + Array(repeating: 0xFF, count: 40)])
  func whatIsNoEntryIsLeftAlone(bytes: [UInt8]) {
    #expect(TerminalDescription.plain(bytes) == nil)
  }

  @Test func namesThatLeadElsewhereFindNothing() {
    #expect(TerminalDescription.entry(named: "../../etc/passwd", environment: [:]) == nil)
    #expect(TerminalDescription.entry(named: "", environment: [:]) == nil)
  }
}
