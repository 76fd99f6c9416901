// Bundles the scripts of the pages into ../static/dist. The page script is small; picture and timeline are chunks it loads when needed.
import { build } from "esbuild";
import { rm, writeFile } from "node:fs/promises";

const out = new URL("../static/dist/", import.meta.url).pathname;
await rm(out, { recursive: true, force: true });
const result = await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: ["src/page.js"],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  minify: true,
  legalComments: "linked",
  chunkNames: "[name]-[hash]",
  metafile: true,
  logLevel: "warning",
});
for (const [name, { bytes }] of Object.entries(result.metafile.outputs)) {
  console.log(`${name} ${bytes}`);
}
// Written last: its date says that the build is whole.
await writeFile(out + "built", new Date().toISOString() + "\n");
