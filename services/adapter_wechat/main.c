/* paidan-wechat: the adapter of WeChat and WeCom as a process. Token and connections come first, for the
 * sender asks them; the door last, so that nobody is let in before what goes out is ready. It lives by the
 * instance's clock as the other services do; signatures are judged by the machine's (port_wechat_door). */

#include "common/run/shell.h"
#include "port_wechat_api.h"
#include "port_wechat_door.h"
#include "port_wechat_pull.h"
#include "port_wechat_socket.h"
#include "port_wechat_token.h"
#include "wechat.h"

int main(int argc, char **argv)
{
    static const struct shell_port *const ports[] = {&port_wechat_token, &port_wechat_socket,
                                                     &port_wechat_api,   &port_wechat_pull,
                                                     &port_wechat_door,  NULL};
    static const struct shell_service service = {
        .step = &wechat_service,
        .summary = "speaks with residents by WeChat and WeCom",
        .ports = ports,
    };
    return shell_main(&service, argc, argv);
}
