/// What servers of each kind send, as their documentation shows it: whole, streamed and in batches.
enum ServerReplies {
  static let chat = [
    #"""
    {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"bug"},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":4}}}
    """#,
    #"""
    {"choices":[{"index":0,"message":{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"t1","type":"function","function":{"name":"label","arguments":"{\"a\": 1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}
    """#,
    #"{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
    #"{"error":{"message":"Rate limit reached","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#,
  ]
  static let chatStreams = [
    """
    data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

    : keepalive

    data: {"choices":[{"index":0,"delta":{"content":"bu"}}]}

    data: {"choices":[{"index":0,"delta":{"content":"g","tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{"}}]}}]}

    data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

    data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}

    data: [DONE]


    """,
    "event: error\r\ndata: {\"error\": {\"message\": \"overloaded\"}}\r\n\r\n",
  ]

  static let messages = [
    #"""
    {"id":"m1","type":"message","role":"assistant","content":[{"type":"text","text":"bug"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}],"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":3,"cache_read_input_tokens":2,"cache_creation_input_tokens":0}}
    """#,
    #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
  ]
  static let messagesStreams = [
    """
    event: message_start
    data: {"type":"message_start","message":{"content":[],"usage":{"input_tokens":9,"output_tokens":1}}}

    event: content_block_start
    data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

    event: ping
    data: {"type":"ping"}

    event: content_block_delta
    data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"bug"}}

    event: content_block_start
    data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}

    event: content_block_delta
    data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":"}}

    event: message_delta
    data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}

    event: message_stop
    data: {"type":"message_stop"}


    """
  ]

  static let responses = [
    #"""
    {"id":"r1","object":"response","status":"completed","output":[{"type":"reasoning","summary":[]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"bug","annotations":[]}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}],"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":1},"output_tokens":2}}
    """#,
    #"{"object":"response","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"error":null}"#,
  ]
  static let responsesStreams = [
    """
    event: response.created
    data: {"type":"response.created","response":{"status":"in_progress","output":[]}}

    event: response.output_text.delta
    data: {"type":"response.output_text.delta","output_index":0,"delta":"bug"}

    event: response.output_item.done
    data: {"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","name":"f","arguments":"{}"}}

    event: response.completed
    data: {"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":5,"output_tokens":2}}}


    """
  ]

  static let ollama = [
    #"""
    {"model":"m","created_at":"2025-01-01T00:00:00Z","message":{"role":"assistant","content":"bug","thinking":"hm","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":true,"done_reason":"stop","total_duration":1,"prompt_eval_count":12,"eval_count":2}
    """#,
    #"{"error":"model \"m\" not found, try pulling it first"}"#,
  ]
  static let ollamaStreams = [
    """
    {"model":"m","message":{"role":"assistant","content":"bu"},"done":false}
    {"model":"m","message":{"role":"assistant","content":"g"},"done":false}
    {"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":2}

    """
  ]

  static let batches =
    (chat + messages + responses).map { body in
      #"{"id":"b","custom_id":"a1","response":{"status_code":200,"request_id":"r","body":"# + body + #"},"error":null}"#
        + "\n"
    } + [
      #"{"custom_id":"a2","response":{"status_code":429,"body":{"error":{"message":"slow down"}}},"error":null}"# + "\n"
        + #"{"custom_id":"a3","response":null,"error":{"code":"batch_expired","message":"x"}}"# + "\n"
    ]

  static let tuning = [
    #"""
    {"id":"ftjob-1","object":"fine_tuning.job","status":"succeeded","finished_at":17000,"fine_tuned_model":"ft:m:1","trained_tokens":5000,"estimated_finish":17001,"method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":3,"batch_size":8}}},"error":null}
    """#,
    #"{"id":"e1","object":"fine_tuning.job.event","created_at":17000,"level":"info","message":"Step 3/90: training loss=0.52, validation loss=0.61","data":{"step":3,"train_loss":0.5,"total_steps":90}}"#,
    #"{"id":"k1","fine_tuned_model_checkpoint":"ft:m:ckpt","step_number":30,"metrics":{"step":30,"full_valid_loss":0.6}}"#,
  ]

  static let all = chat + messages + responses + ollama + tuning

  /// What has a meaning in any of them.
  static let words = [
    "data: ", "data:", "event: ", "event: error\n", ": ", "\n\n", "\r\n\r\n", "[DONE]", "\"choices\":", "\"delta\":",
    "\"content\":", "\"message\":", "\"finish_reason\":", "\"usage\":", "\"error\":", "\"index\":", "\"type\":",
    "\"tool_calls\":", "\"arguments\":", "\"custom_id\":", "\"status_code\":", "\"done\":true", "\"stop_reason\":",
    "\"output_tokens\":", "message_stop", "response.completed", "content_filter", "{", "}", "[", "]", ",", ":",
  ]
}
