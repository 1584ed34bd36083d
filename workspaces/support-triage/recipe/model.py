"""The network: a Llama with tied embeddings, in plain PyTorch.

Parameter names are those of Hugging Face's LlamaForCausalLM, so that a state dict can be written
to model.safetensors as it is. Matrix products run in bfloat16.
"""

import torch
import torch.nn.functional as F
from torch import nn

CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 1024,
    "hidden_size": 192,
    "num_hidden_layers": 6,
    "intermediate_size": 384,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "head_dim": 48,
    "hidden_act": "silu",
    "rms_norm_eps": 1e-5,
    "rope_theta": 100000.0,
    "tie_word_embeddings": True,
    "attention_bias": False,
    "mlp_bias": False,
    "max_position_embeddings": 1024,
    "bos_token_id": None,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
CHUNK = 128                        # queries per attention block


class RMSNorm(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), CONFIG["rms_norm_eps"])


class Attention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        hidden = config["hidden_size"]
        self.heads, self.head_dim = config["num_attention_heads"], config["head_dim"]
        width = self.heads * self.head_dim
        self.q_proj = nn.Linear(hidden, width, bias=False)
        self.k_proj = nn.Linear(hidden, width, bias=False)
        self.v_proj = nn.Linear(hidden, width, bias=False)
        self.o_proj = nn.Linear(width, hidden, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape

        def split(z):
            return z.view(batch, length, self.heads, self.head_dim).transpose(1, 2)

        def rotate(z):
            a, b = z.chunk(2, -1)
            return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

        query = rotate(split(self.q_proj(x))) * self.head_dim ** -0.5
        key, value = rotate(split(self.k_proj(x))), split(self.v_proj(x))
        blocks = []
        for i in range(0, length, CHUNK):  # causal blocks skip most of the upper triangle
            j = min(i + CHUNK, length)
            scores = query[:, :, i:j] @ key[:, :, :j].transpose(-1, -2) + mask[:, :, i:j, :j]
            blocks.append(torch.softmax(scores, -1) @ value[:, :, :j])
        joined = torch.cat(blocks, 2).transpose(1, 2).reshape(batch, length, -1)
        return self.o_proj(joined)


class FeedForward(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.input_layernorm = RMSNorm(config["hidden_size"])
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config["hidden_size"])
        self.mlp = FeedForward(config)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Block(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"])


class Llama(nn.Module):
    def __init__(self, config: dict = CONFIG):
        super().__init__()
        self.config = config
        self.model = Decoder(config)
        for name, parameter in self.named_parameters():
            if "embed" in name:
                nn.init.normal_(parameter, std=0.1)
            elif name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.zeros_(parameter)  # the residual stream starts as the plain embedding
            elif parameter.dim() == 2:
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)

    def forward(self, ids, positions, mask):
        """Hidden states; `mask` is added to the attention scores."""
        half = torch.arange(0, self.config["head_dim"], 2) / self.config["head_dim"]
        angles = positions[:, None, :, None].float() * self.config["rope_theta"] ** -half
        x = self.model.embed_tokens(ids).to(torch.bfloat16)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        for layer in self.model.layers:
            x = layer(x, cos, sin, mask)
        return self.model.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.model.embed_tokens.weight.to(hidden.dtype))
