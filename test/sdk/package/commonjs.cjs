const library = require('understudy-idp/client')

async function main() {
  const { exercise } = await import('./exercise.mjs')
  const found = await exercise(library, process.argv[2])
  console.log(JSON.stringify({ version: process.version, ...found }))
}

main()
