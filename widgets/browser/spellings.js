// One form for all spellings of a word, so that a search finds what its reader meant: British or American, singular or
// plural, with accents or without. Forms are compared by how they begin, because readers are answered while they type:
// so a rule may change letters or take some from a word's end, but what is half typed must still begin like the whole.

const LETTERS = {
  ø: "o",
  ł: "l",
  đ: "d",
  ı: "i",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  "’": "'",
};

const RULES = [
  [/'s?$/, ""], // the model's
  [/z/g, "s"], // optimize, analyze
  [/^(\w{3,})ou(r|$)/, "$1o$2"], // behaviour, of which "behaviou" is typed on the way
  [/^(\w{3,})ll/, "$1l"], // labelling
  [/^(\w{2,})enc(?=[eiy]|$)/, "$1ens"], // defence
  [/dgem/, "dgm"], // judgement
  [/^(cent|lit|met|fib)re/, "$1er"],
  [/^(\w*[aeiou]l)ogue/, "$1og"], // catalogue, dialogue
  [/^grey/, "gray"],
  [/^scep/, "skep"],
  [/^artef/, "artif"],
  [/^programme?$/, "program"],
  [/(ss|x|ch|sh)es$/, "$1"], // losses
  [/^(\w{2,}[^aiosu]|\w{3,}[^isu])s$/, "$1"], // labels, but not bias, analysis, loss, bonus
  [/^(\w{3,})(?:ie|y)$/, "$1i"], // policy and policies
  [/^(\w{4,})e$/, "$1"], // biases, which has lost its s above
];

// Lower case, without accents and without what stands around a word.
export function plain(word) {
  const bare = word
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[øłđıßæœ’]/g, (letter) => LETTERS[letter]);
  return bare.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

// The form of a plain word.
export function form(word) {
  return RULES.reduce((changed, [pattern, replacement]) => changed.replace(pattern, replacement), word);
}

export const HYPHEN = /[-\u2010\u2011]/;

// The forms of a word, each with what is written: of one with hyphens as one word, and of the words that it is made of.
export function forms(word) {
  const parts = word.split(HYPHEN).map(plain).filter(Boolean);
  const all =
    parts.length > 1
      ? [[parts.join(""), plain(word)], ...parts.map((part) => [part, part])]
      : parts.map((part) => [part, part]);
  return all.map(([one, is]) => [form(one), is]);
}
