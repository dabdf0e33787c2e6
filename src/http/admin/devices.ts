import * as z from 'zod'
import { deviceAction, pendingDevice } from '../../control/devices.ts'
import { defineRoute } from './route.ts'

export const deviceRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/device',
    summary: 'List the device requests that wait for a person',
    good: { status: 200, description: 'Those that are neither decided nor expired.', schema: z.array(pendingDevice) },
    handle: ({ control, params }) => control.devices(params.issuer),
  }),
  defineRoute({
    method: 'get',
    path: '/api/issuers/{issuer}/device/{user_code}',
    summary: 'Show one device request that waits for a person',
    description: 'The user code is taken as a person would type it.',
    good: { status: 200, description: 'The request.', schema: pendingDevice },
    problems: { 404: ['ERR_DEVICE_UNKNOWN'], 409: ['ERR_DEVICE_DECIDED'] },
    handle: ({ control, params }) => control.device(params.issuer, params.user_code),
  }),
  defineRoute({
    method: 'post',
    path: '/api/issuers/{issuer}/device/{user_code}',
    summary: 'Approve, deny or expire a device request',
    description: 'The user code is taken as a person would type it.',
    body: deviceAction,
    good: { status: 204, description: 'It is decided.' },
    problems: { 404: ['ERR_DEVICE_UNKNOWN', 'ERR_USER_UNKNOWN'], 409: ['ERR_DEVICE_DECIDED', 'ERR_USER_STATE'] },
    handle: ({ control, params, body }) => control.actOnDevice(params.issuer, params.user_code, body),
  }),
]
