import Testing

@testable import Terminal

@Suite struct MailboxTests {
  @Test func keepsTheNewestAndRingsOnce() throws {
    let wakePipe = try WakePipe()
    let mailbox = Mailbox<Int>(wakePipe: wakePipe)
    for number in 1...100_000 { mailbox.post(number) }
    #expect(mailbox.hasUpdate)
    #expect(mailbox.take() == 100_000)
    #expect(mailbox.take() == nil)
    #expect(wakePipe.signals().isEmpty)
  }

  @Test func anyThreadMayPost() async throws {
    let mailbox = Mailbox<Int>(wakePipe: try WakePipe())
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 { group.addTask { for _ in 0..<1000 { mailbox.post(number) } } }
    }
    #expect(mailbox.take().map((0..<8).contains) == true)
  }
}

@Suite struct ColorDepthTests {
  @Test func depths() {
    #expect(ColorDepth.of(colors: 0, environment: [:]) == .none)
    #expect(ColorDepth.of(colors: 8, environment: [:]) == .basic(8))
    #expect(ColorDepth.of(colors: 16, environment: [:]) == .basic(16))
    #expect(ColorDepth.of(colors: 256, environment: [:]) == .palette)
    #expect(ColorDepth.of(colors: 1 << 24, environment: [:]) == .direct)
    #expect(ColorDepth.of(colors: 1 << 24, environment: ["NO_COLOR": "1"]) == .none)
    #expect(ColorDepth.of(colors: 256, environment: ["NO_COLOR": ""]) == .palette)
  }

  @Test func numbers() {
    #expect(ColorDepth.direct.number(of: .rgb(1, 2, 3)) == 0x010203)
    #expect(ColorDepth.direct.number(of: .rgb(0, 0, 3)) == 8, "the lowest numbers mean basic colours there")
    #expect(ColorDepth.direct.number(of: .default) == -1)
    #expect(ColorDepth.palette.number(of: .palette(7)) == 7)
    #expect(ColorDepth.palette.number(of: .rgb(0, 0, 0)) == 16)
    #expect(ColorDepth.none.number(of: .rgb(9, 9, 9)) == -1)
  }
}
