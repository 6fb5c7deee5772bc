// Prints the cases of papaparse's own tests as JSON; they are variables of a script that runs them.
const { readFileSync } = require("node:fs");
const { runInNewContext } = require("node:vm");

const nothing = () => {};
const describe = Object.assign(() => {}, { skip: nothing });
const world = { describe, chai: { assert: nothing }, Papa: {} };
const script = readFileSync(process.argv[2], "utf8").replace(/^var (chai|Papa);/gm, "");
runInNewContext(script, world);
const cases = { core: world.CORE_PARSER_TESTS, sniffed: world.PARSE_TESTS };
// A function as an option has no JSON: a case with one says so.
const plain = (key, value) => (typeof value === "function" ? "a function" : value);
console.log(JSON.stringify(cases, plain));
