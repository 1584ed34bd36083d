import Drawing
import Foundation
import Testing

@testable import Terminal

@Suite struct ClipboardWayTests {
  @Test(arguments: [
    (["TERM": "xterm-256color"], ClipboardWay.terminal), (["TERM": "xterm-kitty"], .terminal), ([:], .terminal),
    (["TERM": "tmux-256color", "TMUX": "/tmp/tmux-1/default,1,0"], .tmux),
    (["TERM": "screen-256color", "TMUX": "/tmp/tmux-1/default,1,0"], .tmux),
    (["TERM": "tmux-256color"], .file), (["TERM": "screen"], .file), (["TERM": "xterm", "STY": "1.tty"], .file),
    (["TERM": "linux"], .file), (["TERM": "xterm-256color", "VTE_VERSION": "7200"], .file),
    (["TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"], .file),
    (["TERM": "xterm-256color", "TMUX": ""], .terminal),
  ])
  func theEnvironmentDecides(environment: [String: String], way: ClipboardWay) {
    #expect(ClipboardWay.best(for: 10, environment: environment) == way)
  }

  @Test func longTextsGoAroundTheTerminal() {
    let most = ClipboardWay.mostForTerminal
    #expect(ClipboardWay.best(for: most, environment: ["TERM": "xterm"]) == .terminal)
    #expect(ClipboardWay.best(for: most + 1, environment: ["TERM": "xterm"]) == .file)
    #expect(ClipboardWay.best(for: most + 1, environment: ["TERM": "tmux", "TMUX": "x"]) == .tmux)
  }

  @Test func nothingThatIsCopiedSteersWhereItIsPasted() {
    #expect(
      TextWidth.copyable("a\u{1B}[201~\u{9B}m\u{0}b\u{7F}\rc\r\nd\te\u{202E}f\u{2066}g\u{2028}")
        == "a[201~mb\nc\nd\tefg\n")
    let kept = "é作👩‍🚀 fi\u{AD}ne \u{A0}\u{200F}שלום\n"
    #expect(TextWidth.copyable(kept) == kept)
  }
}
