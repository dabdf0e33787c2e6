import { describe } from 'vitest'
import { connect } from '../../src/sdk/connect.ts'
import { startUnderstudy, type UnderstudyOptions } from '../../src/sdk/start.ts'
import { understudyContract, understudyFixtures } from '../contracts/understudy.ts'

const options: UnderstudyOptions = {
  // Written down as literals, which are narrower than what fixtures may be.
  fixtures: structuredClone(understudyFixtures) as unknown as UnderstudyOptions['fixtures'] & object,
  watch: false,
  env: {},
}

describe('an Understudy in this process', () => understudyContract(() => startUnderstudy(options)))

describe('an Understudy elsewhere', () =>
  understudyContract(async () => {
    const server = await startUnderstudy({ ...options, adminToken: 's3cret' })
    const idp = await connect(server.origin, { adminToken: 's3cret' })
    return { ...idp, close: () => server.close() }
  }))
