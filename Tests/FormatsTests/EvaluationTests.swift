import Content
import Testing

@testable import Formats

@Suite struct EvaluationTests {
  @Test func openAIEvals() throws {
    let output = try imported(
      #"{"input":[{"role":"system","content":"s"},{"role":"user","content":"2+2"}],"ideal":["4","four"]}"# + "\n"
        + #"{"input":"Capital of France?","ideal":"Paris"}"# + "\n")
    #expect(output.cases.map(\.expected) == [["4", "four"], "Paris"])
    #expect(output.cases[0].messages?.count == 2)
    #expect(output.cases[1].input == ["input": "Capital of France?"])
    #expect(output.notes.contains { $0.contains("contains-any") })
  }

  @Test func hostedEvalsHaveItemsAndCriteria() throws {
    let items = try imported(#"{"item":{"text":"a","label":"x"},"sample":{"output_text":"x"}}"# + "\n")
    #expect(
      items.lines == [#"{"id":"-","input":{"text":"a"},"expected":"x","metadata":{"sample":{"output_text":"x"}}}"#])
    let whole = try imported(
      #"""
      {"name":"e","data_source_config":{"type":"custom"},"testing_criteria":[
        {"type":"string_check","name":"same","operation":"eq","input":"{{ sample.output_text }}","reference":"{{ item.label }}"},
        {"type":"label_model","name":"judge","model":"m","input":[]}],
       "items":[{"item":{"text":"a","label":"x"}},{"item":{"text":"b","label":"y"}}]}
      """#, named: "eval.json")
    #expect(whole.cases.count == 2)
    #expect(whole.graders == [[["type": "equals", "trim": false, "name": "same"]]])
    #expect(whole.notes.contains { $0.contains("label_model") })
    #expect(whole.read == 2)
    let empty = try imported(#"{"data_source_config":{"type":"logs"},"testing_criteria":[]}"#, named: "eval.json")
    #expect(empty.failures.first?.reason.contains("no items") == true)
  }

  @Test func inspectDatasets() throws {
    let output = try imported(
      #"{"input":"Q?","target":["A"],"id":7,"choices":["x","y"],"metadata":{"k":1},"sandbox":"docker"}"# + "\n"
        + #"{"input":[{"role":"user","content":"Q"}],"target":""}"# + "\n")
    #expect(
      output.lines == [
        #"{"id":"7","input":{"input":"Q?","choices":["x","y"]},"expected":"A","metadata":{"k":1,"sandbox":"docker"}}"#,
        #"{"id":"-","messages":[{"role":"user","content":"Q"}]}"#,
      ])
  }

  @Test func inspectLogs() throws {
    let log = #"""
      {"version": 2, "status": "success", "eval": {"task": "t", "model": "m"}, "results": {}, "samples": [
        {"id": "a", "epoch": 1, "input": "attachment://h", "target": "x", "attachments": {"h": "long text"}, "messages": [], "output": {"choices": [{"message": {"role": "assistant", "content": "y"}, "stop_reason": "stop"}]}, "scores": {"match": {"value": "I"}}},
        {"id": "a", "epoch": 2, "input": "attachment://h", "target": "x"},
        {"id": "b", "epoch": 1, "input": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "function": "f", "arguments": {"a": 1}, "type": "function"}]}, {"role": "tool", "tool_call_id": "c", "content": "1"}], "target": "z"}
      ]}
      """#
    let output = try imported(log, named: "log.json")
    #expect(output.failures == [])
    try #require(output.cases.map(\.id) == ["a", "b"])
    #expect(output.cases[0].input == ["input": "long text"])
    #expect(output.cases[0].metadata["scores"]?["match"]?["value"] == "I")
    #expect(output.cases[0].metadata["answer"] == "y")
    #expect(output.cases[1].messages?[1]["tool_calls"]?[0]?["function"]?["arguments"] == #"{"a":1}"#)
    #expect(output.skipped == ["more epochs of the same sample": 1])
    // A log is recognised by its beginning.
    let long = log.replacing("long text", with: String(repeating: "long, text ", count: 30_000))
    let start = Array(long.utf8)[..<Detection.sampleBytes]
    #expect(try Detection(start, isWhole: false, named: "log.json") == Detection(.inspectLog, in: .document))
    let header = try imported(#"{"version": 2, "status": "success", "eval": {"task": "t"}}"#, named: "log.json")
    #expect(header.failures.first?.reason.contains("--header-only") == true)
  }

  @Test func lmEvalSamples() throws {
    let output = try imported(
      #"{"doc_id":0,"doc":{"question":"q","choices":{"text":["no","yes"]}},"target":"1","arguments":{"gen_args_0":{"arg_0":"Question: q","arg_1":" no"},"gen_args_1":{"arg_0":"Question: q","arg_1":" yes"}},"resps":[],"filtered_resps":[],"acc":1.0}"#
        + "\n" + #"{"doc_id":1,"doc":{},"target":"42","arguments":[["Compute",{"until":["\n"]}]],"resps":[["41"]]}"#
        + "\n"
        + #"{"doc_id":2,"doc":{},"target":"x","arguments":{"gen_args_0":{"arg_0":["[{\"role\": \"user\", \"content\": \"hi\"}]"]}}}"#
        + "\n")
    #expect(output.cases.map(\.expected) == ["yes", "42", "x"])
    #expect(output.cases[0].input == ["prompt": "Question: q"])
    #expect(output.cases[1].metadata["resps"] == [["41"]])
    #expect(output.cases[2].messages?.count == 1)
  }
}

@Suite struct TrainingRowTests {
  @Test func alpacaRows() throws {
    let output = try imported(
      #"[{"instruction":"Sum","input":"1 2","output":"3"},{"instruction":"go","input":"","output":"ok","system":"s","history":[["a","b"]]},{"instruction":"x","output":"y","history":[["a"]]}]"#
    )
    #expect(output.cases[0].input == ["instruction": "Sum", "input": "1 2"])
    #expect(output.cases[1].messages?.map { $0["content"]?.string } == ["s", "a", "b", "go"])
    #expect(output.cases[1].expected == "ok")
    #expect(output.failures.count == 1)
    #expect(output.notes.contains { $0.contains("history") })
  }

  @Test func shareGPTConversations() throws {
    let output = try imported(
      #"{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{\"a\":1}}"},{"from":"observation","value":"5"},{"from":"gpt","value":"done"}],"system":"s","tools":"[{\"name\":\"f\"}]"}"#
        + "\n"
        + #"{"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"good"},"rejected":{"from":"gpt","value":"bad"}}"#
        + "\n" + #"{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"kto_tag":false}"# + "\n"
        + #"{"conversations":[{"from":"alien","value":"q"}]}"# + "\n")
    #expect(output.cases[0].messages?.map { $0["role"]?.string } == ["system", "user", "assistant", "tool"])
    #expect(output.cases[0].tools == [["name": "f"]])
    #expect(output.cases.map(\.expected) == ["done", "good", nil])
    #expect(output.cases[1].metadata["rejected"]?["value"] == "bad")
    #expect(output.cases[2].tags == ["undesired"])
    #expect(output.failures.map(\.line) == [4])
  }

  @Test func trlRows() throws {
    let output = try imported(
      #"{"prompt":"p","completion":"c"}"# + "\n"
        + #"{"prompt":[{"role":"user","content":"p"}],"completion":[{"role":"assistant","content":"c"}],"label":true}"#
        + "\n" + #"{"prompt":"p","chosen":"good","rejected":"bad"}"# + "\n"
        + #"{"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"g"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"b"}]}"#
        + "\n" + #"{"prompt":"p","completion":"c","label":false}"# + "\n", as: .trl)
    #expect(output.cases.map(\.expected) == ["c", "c", "good", "g", nil])
    #expect(output.cases[4].metadata == ["completion": "c"])
    #expect(output.cases[3].messages?.count == 1)
    #expect(
      try imported(#"{"text":"all of it"}"# + "\n", as: .trl).failures.first?.reason.contains("learnt whole") == true)
  }

  @Test func axolotlRows() throws {
    let output = try imported(
      #"{"segments":[{"label":false,"text":"<s>Q: a\n"},{"label":true,"text":"A: b"}]}"# + "\n"
        + #"{"system":"","question":"q","chosen":"g","rejected":"b"}"# + "\n"
        + #"{"messages":[{"role":"user","content":"q"}],"chosen":{"role":"assistant","content":"g"},"rejected":{"role":"assistant","content":"b"}}"#
        + "\n")
    #expect(output.cases.map(\.expected) == ["A: b", "g", "g"])
    #expect(output.cases[0].input == ["prompt": "<s>Q: a\n"])
    #expect(output.cases[2].messages?.count == 1)
  }
}
