import Drawing
import Foundation
import Testing

@testable import Terminal

/// A terminal may claim any size.
extension TerminalTests {
  @Test(
    arguments: [
      (0, 0), (0, 24), (80, 0), (1, 1), (2, 1), (1, 2), (65_535, 1), (65_535, 30), (80, 65_535), (32_768, 32_768),
      (65_535, 65_535),
    ] as [(UInt16, UInt16)])
  func everySizeIsDrawn(columns: UInt16, rows: UInt16) throws {
    let pseudo = try PseudoTerminal(columns: columns, rows: rows)
    let terminal = try CursesTerminal(
      input: pseudo.program, output: pseudo.program, environment: ["TERM": "xterm-256color"])
    defer { terminal.close() }
    func show() {
      let size = terminal.size
      #expect((1...CursesTerminal.largest.width).contains(size.width))
      #expect((1...CursesTerminal.largest.height).contains(size.height))
      var surface = Surface(width: size.width, height: size.height)
      surface.write("é", at: Point(x: 0, y: 0))
      surface.write("Z", at: Point(x: size.width - 1, y: size.height - 1))
      terminal.show(surface)
    }
    show()
    #expect(pseudo.output().contains(columns == 1 && rows == 1 ? "Z" : "é"))
    for (columns, rows) in [(80, 24), (65_535, 65_535), (1, 1), (columns, rows)] as [(UInt16, UInt16)] {
      pseudo.resize(columns: columns, rows: rows)
      terminal.resize()
      show()
      #expect(!pseudo.output().isEmpty)
    }
  }

  /// Variables count for other programs more than what the terminal says.
  @Test func whatTheEnvironmentClaimsIsNotBelieved() async throws {
    let pseudo = try PseudoTerminal()
    setenv("ASSAY_TEST_TERMINAL", pseudo.name, 1)
    await #expect(processExitsWith: .success) {
      for name in ["COLUMNS", "LINES"] { setenv(name, "65535", 1) }
      let file = open(String(cString: getenv("ASSAY_TEST_TERMINAL")), O_RDWR)
      let terminal = try CursesTerminal(input: file, output: file, environment: ["TERM": "xterm-256color"])
      guard terminal.size == Size(width: 80, height: 24) else { exit(1) }
      terminal.show(Surface(width: 80, height: 24))
      terminal.close()
      exit(0)
    }
    #expect(pseudo.output().contains("\u{1B}[?1049l"))
  }
}
