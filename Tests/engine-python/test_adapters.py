"""The arithmetic of adapters' layouts, with arrays that have shapes only and, where numpy is, real ones."""

from __future__ import annotations

import json
import math
import random
import tempfile
import unittest
from pathlib import Path
from typing import Any, NamedTuple

import support

from assay_engine.adapters import convert, layouts
from assay_engine.adapters.gguf_layout import Heads, gguf_name
from assay_engine.adapters.pairs import GGUF, MLX, PEFT, WEIGHTS, Adapter, Pair, alpha_of, checked, number
from assay_engine.adapters.tensor_files import AdapterError, header, read_config, whole_folder


class Shape(NamedTuple):
    """What stands for an array where only its shape counts."""

    shape: tuple[int, ...]

    @property
    def ndim(self) -> int:
        return len(self.shape)


def pair(inputs: int = 8, outputs: int = 6, rank: int = 2, **values: Any) -> Pair:
    return Pair(Shape((inputs, rank)), Shape((rank, outputs)), 2.0, **values)


class PairTests(unittest.TestCase):
    PLACE = Path("/adapter")

    def refusal(self, **pairs: Pair) -> str:
        with self.assertRaises(AdapterError) as caught:
            checked(pairs, self.PLACE)
        return str(caught.exception)

    def test_pairs_that_fit_pass(self) -> None:
        pairs = {"a": pair(magnitude=Shape((6,))), "b": pair(magnitude=Shape((6,)))}
        self.assertIs(checked(pairs, self.PLACE), pairs)

    def test_pairs_that_do_not_fit_are_refused(self) -> None:
        self.assertIn("changes no layer", self.refusal())
        self.assertIn("only one of two matrices", self.refusal(x=Pair(Shape((8, 2)), None, 1.0)))
        self.assertIn("no plain linear layer", self.refusal(x=Pair(Shape((8, 2, 1)), Shape((2, 6)), 1.0)))
        self.assertIn("don't fit each other", self.refusal(x=Pair(Shape((8, 2)), Shape((3, 6)), 1.0)))
        self.assertIn("don't fit each other", self.refusal(x=Pair(Shape((8, 0)), Shape((0, 6)), 1.0)))
        self.assertIn("don't fit each other", self.refusal(x=pair(rank=4097)))
        self.assertIn("the magnitude of x has [8]", self.refusal(x=pair(magnitude=Shape((8,)))))
        self.assertIn("such a mixture", self.refusal(x=pair(), y=pair(magnitude=Shape((6,)))))

    def test_layers_and_what_changes_in_them(self) -> None:
        names = ["model.layers.11.mlp.up_proj", "model.layers.2.mlp.up_proj", "layers.2.self_attn.q_proj", "lm_head"]
        adapter = Adapter(dict.fromkeys(names, pair()), 0.0, None)
        self.assertEqual(adapter.layers(), [2, 11])
        self.assertEqual(adapter.keys(), ["lm_head", "mlp.up_proj", "self_attn.q_proj"])
        self.assertEqual((adapter.rank, adapter.factor, adapter.is_dora), (2, 2.0, False))

    def test_alpha_gives_the_factor_back_to_the_last_bit(self) -> None:
        self.assertEqual([alpha_of(2.0, 8), alpha_of(20.0, 16), alpha_of(0.5, 3)], [16, 320, 1.5])
        chance = random.Random(1)
        for _ in range(2000):
            alpha, rank = (
                chance.choice([chance.uniform(0, 64), float(chance.randrange(1, 512))]),
                chance.randrange(1, 513),
            )
            self.assertEqual(alpha_of(alpha / rank, rank) / rank, alpha / rank)

    def test_numbers_of_a_configuration(self) -> None:
        self.assertEqual(number({"scale": 2}, "scale", self.PLACE), 2.0)
        self.assertEqual(number({}, "scale", self.PLACE, 8), 8.0)
        for value in (None, "2", True, [2], math.nan, math.inf):
            with self.assertRaises(AdapterError, msg=value):
                number({"scale": value}, "scale", self.PLACE)

    def test_the_rank_for_vllm(self) -> None:
        self.assertEqual([convert.vllm_rank(rank) for rank in (1, 8, 9, 64, 65, 512)], [8, 8, 16, 64, 128, 512])


class HeadsTests(unittest.TestCase):
    def test_llamas_have_pairs_where_the_model_has_halves(self) -> None:
        heads = Heads({"model_type": "llama", "num_attention_heads": 2, "num_key_value_heads": 1})
        self.assertEqual(heads.order("attn_q", 8), [0, 2, 1, 3, 4, 6, 5, 7])
        self.assertEqual(heads.order("attn_k", 8), [0, 4, 1, 5, 2, 6, 3, 7])
        self.assertIsNone(heads.order("attn_v", 8))
        self.assertIsNone(Heads({"model_type": "qwen3", "num_attention_heads": 2}).order("attn_q", 8))

    def test_an_order_has_every_row_once(self) -> None:
        heads = Heads({"model_type": "mistral", "num_attention_heads": 4})
        for rows in (8, 16, 64):
            self.assertEqual(sorted(heads.order("attn_q", rows) or []), list(range(rows)))

    def test_odd_numbers_of_heads_are_refused(self) -> None:
        for count in (None, 0, -2, 3, "2", True):
            with self.assertRaises(AdapterError, msg=count):
                Heads({"model_type": "llama", "num_attention_heads": count}).order("attn_q", 8)

    def test_names(self) -> None:
        self.assertEqual(gguf_name("model.layers.3.self_attn.o_proj"), "blk.3.attn_output")
        for name in ("lm_head", "model.layers.3.mlp.gate", "model.layers.x.mlp.up_proj"):
            with self.assertRaises(AdapterError, msg=name):
                gguf_name(name)
        with self.assertRaisesRegex(AdapterError, "Adapters of newt models"):
            Heads({"model_type": "newt"})


class FileTests(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def test_layouts_are_told_by_their_files(self) -> None:
        for layout in (GGUF, MLX, PEFT):
            (self.folder / WEIGHTS[layout]).touch()
        self.assertEqual(layouts.layouts(self.folder), [PEFT, MLX, GGUF])

    def test_folders_without_an_adapter_say_what_they_are(self) -> None:
        with self.assertRaisesRegex(AdapterError, "holds no adapter"):
            layouts.read(self.folder)
        (self.folder / "config.json").touch()
        (self.folder / "model.safetensors").touch()
        with self.assertRaisesRegex(AdapterError, "holds a whole model"):
            layouts.read(self.folder)
        (self.folder / WEIGHTS[GGUF]).touch()
        with self.assertRaisesRegex(AdapterError, "can't be converted"):
            layouts.read(self.folder)

    def test_headers_are_held_against_the_file(self) -> None:
        path = self.folder / "x.safetensors"
        support.write_safetensors(path, {"a": [2, 3]})
        self.assertEqual(header(path), {"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}})
        entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        odd: list[Any] = [
            entry | {"data_offsets": [0, 9]},
            entry | {"data_offsets": [8, 0]},
            entry | {"shape": [3]},
            entry | {"shape": [-2]},
            entry | {"shape": [2.0]},
            entry | {"shape": [True, 2]},
            {"dtype": "F32"},
            7,
        ]
        for value in odd:
            text = json.dumps({"a": value}).encode()
            path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
            with self.assertRaises(AdapterError, msg=value):
                header(path)

    def test_configurations_are_small_objects(self) -> None:
        for text in ("", "[]", "{", "[" * 100_000, " " * (2 << 20)):
            (self.folder / "adapter_config.json").write_text(text)
            with self.assertRaises(AdapterError, msg=text[:9]):
                read_config(self.folder)

    def test_a_folder_appears_whole_or_not_at_all(self) -> None:
        out = self.folder / "out"
        with self.assertRaises(KeyError), whole_folder(out) as temporary:
            (temporary / "a").touch()
            raise KeyError
        self.assertEqual(list(self.folder.iterdir()), [])
        with whole_folder(out) as temporary:
            (temporary / "a").touch()
            self.assertFalse(out.exists())
        self.assertEqual([path.name for path in self.folder.rglob("*")], ["out", "a"])
        with self.assertRaisesRegex(AdapterError, "is there already"), whole_folder(out):
            pass


@unittest.skipUnless(support.has("mlx", "numpy"), support.lacks("mlx", "numpy"))
class DifferenceTests(unittest.TestCase):
    def pair(self, change: float = 0.0, magnitude: list[float] | None = None) -> Pair:
        import mlx.core as mx

        a, b = mx.ones((4, 2)), mx.ones((2, 3))
        b[0, 0] = 1.0 + change
        return Pair(a, b, 0.5, None if magnitude is None else mx.array(magnitude))

    def test_equal_pairs_differ_by_nothing(self) -> None:
        self.assertEqual(convert.difference(self.pair(), self.pair(), None), 0.0)

    def test_the_largest_difference_is_found(self) -> None:
        self.assertAlmostEqual(convert.difference(self.pair(), self.pair(0.25), None), 0.125)

    def test_what_is_not_a_number_is_infinitely_far(self) -> None:
        for one, two in ((math.nan, 0.0), (0.0, math.nan), (math.nan, math.nan)):
            self.assertEqual(convert.difference(self.pair(one), self.pair(two), None), math.inf)

    def test_magnitudes_count(self) -> None:
        import mlx.core as mx

        one, two = self.pair(magnitude=[1, 2, 3]), self.pair(magnitude=[1, 2, 3.5])
        self.assertEqual(convert.difference(one, two, None), 0.5)
        self.assertGreater(convert.difference(one, two, mx.ones((3, 4))), 0.2)
        self.assertEqual(convert.difference(one, one, mx.ones((3, 4))), 0.0)


if __name__ == "__main__":
    unittest.main()
