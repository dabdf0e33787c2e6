/** oauth2-mock-server, for context: it keeps no state and signs each token with RS256. */
import { OAuth2Server } from 'oauth2-mock-server'

const server = new OAuth2Server()
await server.issuer.keys.generate('RS256')
await server.start(0, 'localhost')
console.log(`oauth2-mock-server is ready: ${server.issuer.url}`)
process.once('SIGTERM', () => process.exit(0))
