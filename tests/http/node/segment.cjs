// Sends `count` track events through @segment/analytics-node, then waits until all are delivered or given up.
const { Analytics } = require('@segment/analytics-node')

const [host, writeKey, count] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host, flushInterval: 200, maxRetries: 10 })
analytics.on('error', (error) => console.error('error', error.code, String(error.reason)))
analytics.identify({ userId: 'node-1', traits: { plan: 'trial' } })
for (let number = 0; number < Number(count); number++) {
  analytics.track({
    userId: 'node-1',
    event: 'report_shared',
    properties: { number, audience: 'team' },
    messageId: `segment-node-${number}`,
  })
}
analytics.closeAndFlush().then(() => console.log('done'))
