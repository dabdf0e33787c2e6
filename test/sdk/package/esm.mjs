import * as library from 'understudy-idp/client'
import { exercise } from './exercise.mjs'

const found = await exercise(library, process.argv[2])
console.log(JSON.stringify({ version: process.version, ...found }))
