/* paidan-mqtt: the adapter of devices as a process. */

#include "common/door/door_sender.h"
#include "common/run/shell.h"
#include "mqtt.h"
#include "port_mqtt.h"

static const struct door_sender sender = {.channel = &mqtt_channel};

static enum rc open_sender(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_sender_open(gate, data_dir, &sender, context);
}

int main(int argc, char **argv)
{
    static const struct shell_port out = {.name = "outbox",
                                          .open = open_sender,
                                          .close = door_sender_close,
                                          .wait = door_sender_wait,
                                          .work = door_sender_work,
                                          .answered = door_sender_answered};
    static const struct shell_port *const ports[] = {&port_mqtt, &out, NULL};
    static const struct shell_service service = {
        .step = &mqtt_service,
        .summary = "takes alarms of devices from an MQTT broker, one ticket a device and kind",
        .ports = ports,
    };
    return shell_main(&service, argc, argv);
}
