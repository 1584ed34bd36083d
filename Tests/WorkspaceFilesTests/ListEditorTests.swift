import Domain
import Testing

@testable import WorkspaceFiles

/// A list is set in a variant, and everything else stays byte for byte.
@Suite struct ListEditorTests {
  private func setting(_ text: String, _ key: String = "without", to titles: [String], file: Bool = false) throws
    -> String
  {
    try ListEditor(text, path: file ? [] : ["variants", "a"]).setting(key, to: titles)
  }

  /// What stands between the marks comes with the list, and goes with it.
  @Test(arguments: [
    "variants:\n  a: { model: tiny«, LIST» }\n",
    "variants:\n  a: { model: tiny«, LIST» } # why {\n  b: { model: big }\n",
    "variants:\n  a: { model: tiny, stop: [\"}\", '},']«, LIST» }\n", "variants:\n  a: {model: tiny«, LIST»}\n",
    "variants:\n  a: { model: tiny,\n       prompt: it's«, LIST» }\nname: n\n",
    "variants:\n  a:\n    model: tiny # here\n«    LIST\n»    stop:\n      - |-\n        without: no\n  b: { model: big }\n",
    "variants:\r\n  a:\r\n    model: tiny\r\n«    LIST\r\n»    seed: 1\r\n",
    "variants: # é 作\n    a:\n        model: tiny\n«        LIST\n»facts:\n  x: 1\n",
    "variants:\n  a:\n    model: tiny«\n    LIST»", "{\"variants\": {\"a\": {\"model\": \"it's # {\"«, LIST»}}}\n",
  ])
  func theListComesAndGoes(pattern: String) throws {
    let before = pattern.replacing(#/«[^»]*»/#, with: "")
    let line = "without: [examples, \"é 作\"]"
    let wanted = pattern.replacing("«", with: "").replacing("»", with: "").replacing("LIST", with: line)
    let edited = try setting(before, to: ["examples", "é 作"])
    #expect(edited == wanted)
    #expect(try setting(edited, to: []) == before)
    let one = try setting(edited, to: ["examples"])
    #expect(one == wanted.replacing(line, with: "without: [examples]"))
    #expect(try setting(one, to: ["examples", "é 作"]) == edited)
  }

  @Test func aListThatAPersonWroteIsChangedInItsPlace() throws {
    let flow = "variants:\n  a: { without: [x, y], model: tiny }\n"
    #expect(try setting(flow, to: ["x"]) == "variants:\n  a: { without: [x], model: tiny }\n")
    #expect(try setting(flow, to: []) == "variants:\n  a: { model: tiny }\n")
    let block = "model: tiny\nwithout: [x] # not yet\nseed: 1\n"
    let longer = try setting(block, to: ["x", "z"], file: true)
    #expect(longer == "model: tiny\nwithout: [x, z] # not yet\nseed: 1\n")
    #expect(try setting(block, to: [], file: true) == "model: tiny\nseed: 1\n")
    #expect(
      try setting(block, "with", to: ["z"], file: true) == "model: tiny\nwith: [z]\nwithout: [x] # not yet\nseed: 1\n")
  }

  @Test(arguments: [
    ("variants:\n  b: { model: tiny }\n", "isn't found"), ("variants:\n  a: { model: tiny\nname: n\n", "fixed first"),
    ("variants:\n  a:\n    model: tiny\n    without:\n      - x\n", "several lines"), ("", "isn't found"),
    ("x: &v { model: tiny }\nvariants:\n  a: *v\n", ""), ("variants:\n  a: {}\n  b: &a [\n", ""),
  ])
  func whatIsNotCertainIsRefused(text: String, words: String) {
    do {
      let edited = try setting(text, to: ["x", "y"])
      Issue.record("it was edited: \(edited)")
    } catch let refusal as MemberEditor.Refusal {
      #expect(words.isEmpty || refusal.reason.contains(words), "\(refusal)")
    } catch { Issue.record("\(error)") }
  }
}
