// What a Worker does to have a further script of its own. It leaves the address where web/sealer/serve.ts finds it: a script
// that does not come may be a lost line, or gone with an earlier version of the site, and only asking again tells which.

/** @param address of a script of the site */
export const wantedScript = address =>
  `importScripts(self.wantedScript = ${JSON.stringify(address)})`
