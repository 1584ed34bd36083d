import Content
import Testing

@testable import Formats

@Suite struct ChatTests {
  @Test func theLastAnswerIsExpected() throws {
    let output = try imported(
      #"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"},{"role":"assistant","content":"b"}]}"#
        + "\n")
    #expect(
      output.lines == [
        #"{"id":"-","messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"}],"expected":"b"}"#
      ])
  }

  @Test func callsOfToolsAreExpectedWhole() throws {
    let output = try imported(
      #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false}"#
        + "\n")
    let one = try #require(output.cases.first)
    #expect(one.expected == [["name": "f", "arguments": [:]]])
    #expect(one.tools?[0]?["function"]?["name"] == "f")
    #expect(one.metadata == ["parallel_tool_calls": false])
  }

  @Test func anAnswerOfWeightZeroIsNotExpected() throws {
    let output = try imported(
      #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","weight":0}]}"# + "\n")
    #expect(output.cases.first?.expected == nil)
    #expect(output.cases.first?.messages?.count == 1)
  }

  @Test func partsOfContentStay() throws {
    let output = try imported(
      #"{"messages":[{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"data:x"}}]},{"role":"assistant","content":[{"type":"text","text":"a"}]}]}"#
        + "\n")
    #expect(output.cases.first?.messages?[0]["content"]?[1]?["type"] == "image_url")
    #expect(output.cases.first?.expected == "a")
  }

  @Test func preferencePairs() throws {
    let output = try imported(
      #"{"input":{"messages":[{"role":"user","content":"q"}],"tools":[]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"b"}]}"#
        + "\n")
    let one = try #require(output.cases.first)
    #expect(one.expected == "a")
    #expect(one.tools == nil)
    #expect(one.metadata["non_preferred_output"]?[0]?["content"] == "b")
  }

  @Test func aPairWithAnIDIsAPair() throws {
    let text =
      #"{"id":"p","input":{"messages":[{"role":"user","content":"q"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"b"}]}"#
    #expect(try imported(text + "\n").cases.first?.expected == "a")
  }

  @Test(arguments: [
    (#"{"messages":[]}"#, "empty list"), (#"{"messages":[{"role":"usr","content":"q"}]}"#, "did you mean \"user\"?"),
    (#"{"messages":[{"role":"user","content":null}]}"#, "neither content"),
    (#"{"messages":[{"role":"assistant","content":"a"}]}"#, "no message to answer"),
    (#"{"messages":[{"content":"a"}]}"#, "no \"role\""),
  ])
  func whatIsNoConversation(line: String, words: String) throws {
    let output = try imported(line + "\n", as: .chat)
    #expect(output.cases.isEmpty)
    #expect(output.failures.first?.reason.contains(words) == true, "\(output.failures)")
  }

  @Test func theSystemTextOfOurPromptsIsLeftOut() throws {
    func kept(_ system: String, _ own: [[String]]) throws -> Int? {
      var options = ImportOptions()
      options.systemTexts = own
      let text =
        #"{"messages":[{"role":"system","content":"# + JSONValue(system).text()
        + #"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"# + "\n"
      return try imported(text, options).cases.first?.messages?.count
    }
    #expect(try kept("Sort it.\n", [["Sort it."]]) == 1)
    #expect(try kept("Sort it now.", [["Sort it."]]) == 2)
    #expect(try kept("You help Ann with tax. Be short.", [["You help ", " with ", ". Be short."]]) == 1)
    #expect(try kept("You help Ann. Be long.", [["You help ", ". Be short."]]) == 2)
    #expect(try kept("ab", [["ab", "b"]]) == 2)
    #expect(try kept("anything", [["", ""]]) == 2)
  }
}
