import Formats

/// A small file of each format that is imported.
enum ImportSamples {
  static let tables = [
    "id,text,label\n1,\"a, \"\"b\"\"\nc\",x\n2,é,y\n", "text;price\na;1,5\n", "a\tb\n1\t2\n",
    "text,__expected,__expected2,__metadata:t\nHello,contains: x,\"not-contains-any: a, b\",m\nBye,is-json,levenshtein(2): y,\n",
  ]
  static let records: [(format: ImportFormat, text: String)] = [
    (
      .fields,
      #"{"id": "a", "input": {"x": 1}, "expected": {"k": [1]}, "tags": ["t"], "group": "g", "weight": 2}"# + "\n"
    ),
    (.fields, #"[{"text": "a", "label": "x"}, {"text": "b", "label": null}]"#),
    (
      .chat,
      #"{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}], "tools": []}"#
        + "\n"
    ),
    (
      .chat,
      #"{"input": {"messages": [{"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]}"#
        + "\n"
    ),
    (
      .promptfooResults,
      #"{"results": {"version": 3, "results": [{"promptIdx": 0, "testIdx": 0, "vars": {"text": "a"}, "testCase": {"vars": {"text": "a"}, "assert": [{"type": "equals", "value": "A"}]}, "response": {"output": "A"}, "score": 1}]}}"#
    ),
    (.openaiEvals, #"{"input": [{"role": "user", "content": "q"}], "ideal": ["a", "b"]}"# + "\n"),
    (
      .openaiHostedEvals,
      #"{"testing_criteria": [{"type": "string_check", "operation": "eq", "input": "{{ sample.output_text }}", "reference": "{{ item.label }}"}], "items": [{"item": {"text": "a", "label": "x"}}]}"#
    ),
    (
      .openaiCompletions,
      #"{"object": "chat.completion", "id": "c", "messages": [{"role": "user", "content": "q"}], "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "a"}}]}"#
        + "\n"
    ),
    (.inspect, #"{"input": "q", "target": ["a"], "id": 1, "choices": ["x"], "metadata": {"k": 1}}"# + "\n"),
    (
      .inspectLog,
      #"{"version": 2, "status": "success", "eval": {"task": "t"}, "samples": [{"id": "a", "epoch": 1, "input": "attachment://h", "target": "x", "attachments": {"h": "t"}, "scores": {"m": {"value": "C"}}}]}"#
    ),
    (
      .lmEval,
      #"{"doc_id": 0, "doc": {"choices": {"text": ["n", "y"]}}, "target": "1", "arguments": {"gen_args_0": {"arg_0": "q", "arg_1": {}}}, "resps": [["y"]]}"#
        + "\n"
    ),
    (
      .langfuse,
      #"{"id": "o", "traceId": "t", "type": "GENERATION", "input": "[{\"role\":\"user\",\"content\":\"q\"}]", "output": "{\"content\":\"a\"}", "modelParameters": "{}"}"#
        + "\n" + #"{"id": "s", "traceId": "t", "name": "up", "value": 1}"# + "\n"
    ),
    (
      .litellm,
      #"{"id": "1", "call_type": "completion", "status": "success", "messages": [{"role": "user", "content": "q"}], "response": {"choices": [{"finish_reason": "stop", "message": {"content": "a"}}]}, "model_parameters": {"tools": []}, "request_tags": ["p"]}"#
        + "\n"
    ),
    (
      .openTelemetry,
      #"{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "t", "spanId": "s", "attributes": [{"key": "gen_ai.input.messages", "value": {"stringValue": "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"q\"}]}]"}}, {"key": "gen_ai.completion.0.content", "value": {"stringValue": "a"}}, {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1"}}], "events": [{"name": "gen_ai.choice", "attributes": [{"key": "message", "value": {"stringValue": "{\"content\":\"a\"}"}}]}]}]}]}]}"#
        + "\n"
    ),
    (.alpaca, #"[{"instruction": "i", "input": "x", "output": "y", "system": "s", "history": [["a", "b"]]}]"#),
    (
      .sharegpt,
      #"{"conversations": [{"from": "human", "value": "q"}, {"from": "function_call", "value": "{\"name\":\"f\",\"arguments\":{}}"}, {"from": "observation", "value": "1"}, {"from": "gpt", "value": "a"}], "tools": "[]", "kto_tag": true}"#
        + "\n"
    ),
    (.trl, #"{"prompt": [{"role": "user", "content": "q"}], "chosen": "a", "rejected": "b"}"# + "\n"),
    (.trl, #"{"segments": [{"label": false, "text": "q"}, {"label": true, "text": "a"}]}"# + "\n"),
  ]
  static let configurations = [
    """
    prompts: ["{{text}}"]
    defaultTest: { assert: [{ type: icontains, value: "{{text}}", weight: 0 }] }
    tests:
      - vars: &v { text: [a, b], lang: fr }
        assert:
          - { type: equals, value: x, metric: m }
          - { type: not-contains-any, value: "p, q" }
          - { type: is-json, value: { type: object } }
          - { type: llm-rubric, value: nice }
      - vars: { <<: *v, lang: de }
        options: { disableVarExpansion: true }
    scenarios:
      - config: [{ vars: { k: 1 } }]
        tests: [{ vars: { text: z } }]

    """,
    "- vars: { text: a }\n  assert: [{ type: regex, value: '^a' }]\n",
  ]
}
