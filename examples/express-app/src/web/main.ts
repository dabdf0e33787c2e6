import { createWeb } from './web.ts'

const {
  ISSUER = 'http://localhost:9400',
  CLIENT_ID = 'notes-web',
  CLIENT_SECRET = 'notes-secret',
  PORT = '3000',
  WEB_URL = `http://localhost:${PORT}`,
  API_URL = 'http://localhost:4000',
} = process.env

const web = await createWeb({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  url: WEB_URL,
  apiUrl: API_URL,
})
web.listen(Number(PORT), () => console.log(`Notes is at ${WEB_URL}`))
